-- AlterTable
ALTER TABLE "usage_span" ADD COLUMN     "project_name" TEXT;

-- CreateTable
CREATE TABLE "price" (
    "effective_from" TIMESTAMPTZ(3) NOT NULL,
    "currency" TEXT NOT NULL,
    "vcpu_hour_micros" BIGINT NOT NULL,
    "memory_gib_hour_micros" BIGINT NOT NULL,
    "disk_gib_hour_micros" BIGINT NOT NULL,

    CONSTRAINT "price_pkey" PRIMARY KEY ("effective_from")
);

-- CreateIndex
CREATE INDEX "audit_actor_id_at_idx" ON "audit"("actor_id", "at" DESC);

-- CreateIndex
CREATE INDEX "audit_at_idx" ON "audit"("at");

-- CreateIndex
CREATE INDEX "usage_span_ended_at_idx" ON "usage_span"("ended_at");

-- Written by hand: what Prisma's schema cannot say.
ALTER TABLE price ADD CONSTRAINT price_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),
  ADD CONSTRAINT price_not_negative CHECK (vcpu_hour_micros >= 0 AND memory_gib_hour_micros >= 0 AND disk_gib_hour_micros >= 0);

-- When something happened is for the database to say, once it is this record's turn: time never runs backwards in a chain.
CREATE OR REPLACE FUNCTION audit_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE head audit_head%ROWTYPE;
BEGIN
  NEW.chain := coalesce(NEW.project_id::text, 'system');
  INSERT INTO audit_head (chain, chain_seq, hash) VALUES (NEW.chain, 0, '') ON CONFLICT DO NOTHING;
  SELECT * INTO STRICT head FROM audit_head WHERE chain = NEW.chain FOR UPDATE;
  NEW.at := date_trunc('milliseconds', clock_timestamp());
  NEW.chain_seq := head.chain_seq + 1;
  NEW.prev_hash := head.hash;
  NEW.hash := sha256(NEW.prev_hash || convert_to(audit_canonical(NEW), 'UTF8'));
  UPDATE audit_head SET chain_seq = NEW.chain_seq, hash = NEW.hash WHERE chain = NEW.chain;
  RETURN NEW;
END $$;

-- Heads are written by audit_link alone, whoever asks: at depth 1 it is a statement of somebody's own.
CREATE FUNCTION refuse_change_of_audit_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() > 1 THEN RETURN NULL; END IF;
  RAISE EXCEPTION 'audit_head is written by the audit alone: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_head_by_audit_alone BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON audit_head
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_head();

-- A span ends and the next begins at the moment of the change, not at the start of its transaction: transactions that overlap
-- would give spans that overlap, and the same hour would be counted twice. Its row is locked, so moments of an object are in order.
CREATE OR REPLACE FUNCTION usage_follow(kind_of text, id_of uuid, project_of uuid, name_of text, what text, vcpus_of int,
    memory_of int, disk_of int, runs boolean) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  span usage_span%ROWTYPE;
  moment timestamptz(3) := date_trunc('milliseconds', clock_timestamp());
BEGIN
  SELECT * INTO span FROM usage_span WHERE object_id = id_of AND ended_at IS NULL FOR UPDATE;
  IF FOUND THEN
    IF (span.project_id, span.vcpus, span.memory_mib, span.disk_gib, span.running)
        IS NOT DISTINCT FROM (project_of, vcpus_of, memory_of, disk_of, runs) THEN
      UPDATE usage_span SET object_name = name_of WHERE id = span.id AND object_name <> name_of;
      RETURN;
    END IF;
    moment := greatest(moment, span.started_at);
    UPDATE usage_span SET ended_at = moment WHERE id = span.id;
  END IF;
  INSERT INTO usage_span (project_id, object_type, object_id, object_name, kind, vcpus, memory_mib, disk_gib, running, started_at)
    VALUES (project_of, kind_of, id_of, name_of, what, vcpus_of, memory_of, disk_of, runs, moment);
END $$;
CREATE OR REPLACE FUNCTION usage_end() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE usage_span SET ended_at = greatest(date_trunc('milliseconds', clock_timestamp()), started_at)
    WHERE object_id = OLD.id AND ended_at IS NULL;
  RETURN OLD;
END $$;
-- What was undone holds no disk: its claims were given back.
CREATE OR REPLACE FUNCTION usage_of_volume() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM usage_follow('volume', NEW.id, NEW.project_id, NEW.name, NEW.kind, 0, 0,
    CASE WHEN NEW.state = 'failed' THEN 0 ELSE NEW.size_gib END, false);
  RETURN NEW;
END $$;
DROP TRIGGER volume_usage ON volume;
CREATE TRIGGER volume_usage AFTER INSERT OR UPDATE OF project_id, name, size_gib, state ON volume
  FOR EACH ROW EXECUTE FUNCTION usage_of_volume();
-- The figures of a project that is gone keep its name.
CREATE FUNCTION usage_keep_project_name() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE usage_span SET project_name = OLD.name WHERE project_id = OLD.id;
  RETURN OLD;
END $$;
CREATE TRIGGER project_usage_name AFTER DELETE ON project FOR EACH ROW EXECUTE FUNCTION usage_keep_project_name();
ALTER TABLE usage_span ADD CONSTRAINT usage_span_in_order CHECK (ended_at >= started_at);

-- Functions that run as the owner are for triggers, and nobody else may call them.
REVOKE ALL ON FUNCTION audit_link(), usage_of_instance(), usage_of_volume(), usage_end(), usage_keep_project_name(),
  usage_follow(text, uuid, uuid, text, text, int, int, int, boolean) FROM PUBLIC;
