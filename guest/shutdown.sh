#!/bin/sh
# shutdown(8) as the guest agent and the power button call it: -r restarts, all else switches off.
sync
umount /disk 2>/dev/null
case " $* " in
  *" -r "*) exec reboot -f ;;
  *) exec poweroff -f ;;
esac
