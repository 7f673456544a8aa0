/** The peer broke libvirt's wire protocol. Nothing after it can be trusted, so the channel is closed. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}
