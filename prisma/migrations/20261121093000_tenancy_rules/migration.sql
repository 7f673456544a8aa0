-- Written by hand: what Prisma's schema cannot say.

-- Words.
ALTER TABLE membership DROP CONSTRAINT membership_role_known,
  ADD CONSTRAINT membership_role_known CHECK (role IN ('viewer', 'member', 'owner', 'custom')),
  ADD CONSTRAINT membership_custom_has_role CHECK ((role = 'custom') = (custom_role_id IS NOT NULL));
ALTER TABLE invitation ADD CONSTRAINT invitation_role_known CHECK (role IN ('viewer', 'member', 'owner', 'custom')),
  ADD CONSTRAINT invitation_custom_has_role CHECK ((role = 'custom') = (custom_role_id IS NOT NULL)),
  ADD CONSTRAINT invitation_email_lower_case CHECK (email = lower(email)),
  ADD FOREIGN KEY (custom_role_id) REFERENCES custom_role,
  ADD FOREIGN KEY (invited_by_id) REFERENCES "user" ON DELETE SET NULL;
-- One open invitation for an address in a project.
CREATE UNIQUE INDEX invitation_open ON invitation (project_id, email) WHERE accepted_at IS NULL AND revoked_at IS NULL;
ALTER TABLE identity_provider ADD CONSTRAINT identity_provider_kind_known CHECK (kind IN ('oidc', 'ldap'));
ALTER TABLE pending_sign_in
  ADD CONSTRAINT pending_sign_in_purpose_known
    CHECK (purpose IN ('second-factor', 'passkey', 'passkey-register', 'oidc', 'step-up')),
  ADD FOREIGN KEY (user_id) REFERENCES "user" ON DELETE CASCADE,
  ADD FOREIGN KEY (provider_id) REFERENCES identity_provider ON DELETE CASCADE;
CREATE INDEX pending_sign_in_expires_at_idx ON pending_sign_in (expires_at);
ALTER TABLE notification ADD FOREIGN KEY (project_id) REFERENCES project ON DELETE CASCADE;
ALTER TABLE host_pool ADD CONSTRAINT host_pool_visibility_known CHECK (visibility IN ('public', 'private')),
  ADD CONSTRAINT host_pool_policy_known CHECK (policy IN ('pack', 'spread', 'balanced')),
  ADD CONSTRAINT host_pool_load_source_known CHECK (load_source IN ('static', 'dynamic', 'hybrid')),
  ADD CONSTRAINT host_pool_ratios CHECK (cpu_ratio BETWEEN 0.1 AND 64 AND memory_ratio BETWEEN 0.1 AND 8
    AND disk_ratio BETWEEN 0.1 AND 16),
  ADD CONSTRAINT host_pool_reserves CHECK (reserve_vcpus >= 0 AND reserve_memory_mib >= 0 AND reserve_disk_gib >= 0),
  ADD CONSTRAINT host_pool_default_is_public CHECK (NOT is_default OR visibility = 'public');
ALTER TABLE placement_group ADD CONSTRAINT placement_group_policy_known CHECK (policy IN ('affinity', 'anti-affinity')),
  ADD CONSTRAINT placement_group_strictness_known CHECK (strictness IN ('hard', 'soft')),
  ADD FOREIGN KEY (project_id) REFERENCES project;
ALTER TABLE quota_request ADD CONSTRAINT quota_request_state_known
    CHECK (state IN ('pending', 'granted', 'denied', 'cancelled', 'ended')),
  ADD FOREIGN KEY (pool_id) REFERENCES host_pool ON DELETE CASCADE,
  ADD FOREIGN KEY (requested_by_id) REFERENCES "user" ON DELETE SET NULL,
  ADD FOREIGN KEY (decided_by_id) REFERENCES "user" ON DELETE SET NULL;
CREATE INDEX quota_request_expiring ON quota_request (expires_at) WHERE state = 'granted';
ALTER TABLE host ADD CONSTRAINT host_cordon_has_reason CHECK ((cordoned_at IS NULL) = (cordon_reason IS NULL));
ALTER TABLE instance ADD FOREIGN KEY (wanted_pool_id) REFERENCES host_pool ON DELETE SET NULL;
ALTER TABLE host_load ADD CONSTRAINT host_load_is_share CHECK (cpu BETWEEN 0 AND 1 AND memory BETWEEN 0 AND 1);

-- What a quota counts.
ALTER TABLE quota DROP CONSTRAINT quota_resource_known, ADD CONSTRAINT quota_resource_known CHECK (resource IN
  ('instances', 'containers', 'vcpus', 'memoryMiB', 'diskGiB', 'volumes', 'snapshots', 'backups', 'networks', 'addresses'));
ALTER TABLE pool_quota ADD CONSTRAINT pool_quota_resource_known
    CHECK (resource IN ('instances', 'containers', 'vcpus', 'memoryMiB', 'diskGiB')),
  ADD CONSTRAINT pool_quota_not_negative CHECK (used >= 0 AND lim >= 0);
ALTER TABLE reservation DROP CONSTRAINT reservation_resource_known, DROP CONSTRAINT reservation_host_has_no_instances,
  ADD CONSTRAINT reservation_resource_known CHECK (resource IN
    ('instances', 'containers', 'vcpus', 'memoryMiB', 'diskGiB', 'volumes', 'snapshots', 'backups', 'networks', 'addresses')),
  ADD CONSTRAINT reservation_on_host CHECK (host_id IS NULL OR resource IN ('vcpus', 'memoryMiB', 'diskGiB')),
  ADD CONSTRAINT reservation_in_pool CHECK (pool_id IS NULL OR (host_id IS NULL
    AND resource IN ('instances', 'containers', 'vcpus', 'memoryMiB', 'diskGiB'))),
  ADD FOREIGN KEY (pool_id) REFERENCES host_pool;
INSERT INTO quota (project_id, resource, lim)
  SELECT p.id, r.resource, r.lim FROM project p CROSS JOIN (VALUES ('containers', 100), ('volumes', 100), ('snapshots', 100),
    ('backups', 100), ('networks', 10), ('addresses', 20)) AS r(resource, lim)
  ON CONFLICT DO NOTHING;
INSERT INTO reservation (id, project_id, owner_id, resource, amount, state)
  SELECT gen_random_uuid(), i.project_id, i.id, 'containers', 1, 'committed' FROM instance i
  WHERE i.kind = 'container' AND EXISTS (SELECT 1 FROM reservation r WHERE r.owner_id = i.id AND r.state <> 'released');
INSERT INTO reservation (id, project_id, owner_id, resource, amount, state)
  SELECT gen_random_uuid(), v.project_id, v.id, 'volumes', 1, 'committed' FROM volume v;
INSERT INTO reservation (id, project_id, pool_id, owner_id, resource, amount, state)
  SELECT gen_random_uuid(), r.project_id, '01900000-0000-7000-8000-000000000001'::uuid, r.owner_id, r.resource, r.amount, 'committed'
  FROM reservation r
  WHERE r.host_id IS NULL AND r.pool_id IS NULL AND r.state <> 'released'
    AND r.resource IN ('instances', 'containers', 'vcpus', 'memoryMiB', 'diskGiB');
UPDATE quota q SET used = r.amount FROM (
    SELECT project_id, resource, sum(amount) AS amount FROM reservation
    WHERE host_id IS NULL AND pool_id IS NULL AND state <> 'released' GROUP BY 1, 2) r
  WHERE r.project_id = q.project_id AND r.resource = q.resource;
INSERT INTO pool_quota (project_id, pool_id, resource, used)
  SELECT project_id, pool_id, resource, sum(amount) FROM reservation
  WHERE pool_id IS NOT NULL AND state <> 'released' GROUP BY 1, 2, 3;

-- The audit is a chain of hashes per project, and one of the system: whoever changes, removes or inserts a record afterwards
-- breaks it at that record. The database links each new record; the roles of the application cannot write the heads.
CREATE FUNCTION audit_canonical(a audit) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_array(a.chain, a.chain_seq, a.id, (extract(epoch FROM a.at) * 1000)::bigint, a.actor_id, a.actor_name,
    a.token_id, a.ip, a.request_id, a.project_id, a.action, a.target_type, a.target_id, a.outcome, a.code, a.detail)::text $$;
CREATE FUNCTION audit_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE head audit_head%ROWTYPE;
BEGIN
  NEW.chain := coalesce(NEW.project_id::text, 'system');
  INSERT INTO audit_head (chain, chain_seq, hash) VALUES (NEW.chain, 0, '') ON CONFLICT DO NOTHING;
  SELECT * INTO head FROM audit_head WHERE chain = NEW.chain FOR UPDATE;
  NEW.chain_seq := head.chain_seq + 1;
  NEW.prev_hash := head.hash;
  NEW.hash := sha256(NEW.prev_hash || convert_to(audit_canonical(NEW), 'UTF8'));
  UPDATE audit_head SET chain_seq = NEW.chain_seq, hash = NEW.hash WHERE chain = NEW.chain;
  RETURN NEW;
END $$;
ALTER TABLE audit DISABLE TRIGGER audit_append_only;
DO $$
DECLARE record audit%ROWTYPE;
  head audit_head%ROWTYPE;
BEGIN
  FOR record IN SELECT * FROM audit ORDER BY id LOOP
    record.chain := coalesce(record.project_id::text, 'system');
    INSERT INTO audit_head (chain, chain_seq, hash) VALUES (record.chain, 0, '') ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM audit_head WHERE chain = record.chain;
    record.chain_seq := head.chain_seq + 1;
    record.prev_hash := head.hash;
    record.hash := sha256(record.prev_hash || convert_to(audit_canonical(record), 'UTF8'));
    UPDATE audit SET chain = record.chain, chain_seq = record.chain_seq, prev_hash = record.prev_hash, hash = record.hash
      WHERE id = record.id;
    UPDATE audit_head SET chain_seq = record.chain_seq, hash = record.hash WHERE chain = record.chain;
  END LOOP;
END $$;
ALTER TABLE audit ENABLE TRIGGER audit_append_only;
CREATE TRIGGER audit_chain BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_link();

-- What is used over time, for showback: a span is closed and the next one opened whenever size, state or project change.
CREATE UNIQUE INDEX usage_span_open ON usage_span (object_id) WHERE ended_at IS NULL;
CREATE FUNCTION usage_follow(kind_of text, id_of uuid, project_of uuid, name_of text, what text, vcpus_of int, memory_of int,
    disk_of int, runs boolean) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE span usage_span%ROWTYPE;
BEGIN
  SELECT * INTO span FROM usage_span WHERE object_id = id_of AND ended_at IS NULL;
  IF FOUND THEN
    IF span.project_id = project_of AND span.vcpus = vcpus_of AND span.memory_mib = memory_of AND span.disk_gib = disk_of
        AND span.running = runs THEN
      UPDATE usage_span SET object_name = name_of WHERE id = span.id AND object_name <> name_of;
      RETURN;
    END IF;
    UPDATE usage_span SET ended_at = greatest(now(), started_at) WHERE id = span.id;
  END IF;
  INSERT INTO usage_span (project_id, object_type, object_id, object_name, kind, vcpus, memory_mib, disk_gib, running)
    VALUES (project_of, kind_of, id_of, name_of, what, vcpus_of, memory_of, disk_of, runs);
END $$;
CREATE FUNCTION usage_of_instance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  -- Paused guests keep their memory; disks are counted by their volumes.
  PERFORM usage_follow('instance', NEW.id, NEW.project_id, NEW.name, NEW.kind, NEW.vcpus, NEW.memory_mib, 0,
    coalesce(NEW.observed_state IN ('running', 'paused'), false));
  RETURN NEW;
END $$;
CREATE FUNCTION usage_of_volume() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM usage_follow('volume', NEW.id, NEW.project_id, NEW.name, NEW.kind, 0, 0, NEW.size_gib, false);
  RETURN NEW;
END $$;
CREATE FUNCTION usage_end() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE usage_span SET ended_at = greatest(now(), started_at) WHERE object_id = OLD.id AND ended_at IS NULL;
  RETURN OLD;
END $$;
CREATE TRIGGER instance_usage AFTER INSERT OR UPDATE OF project_id, name, vcpus, memory_mib, observed_state ON instance
  FOR EACH ROW EXECUTE FUNCTION usage_of_instance();
CREATE TRIGGER instance_usage_end AFTER DELETE ON instance FOR EACH ROW EXECUTE FUNCTION usage_end();
CREATE TRIGGER volume_usage AFTER INSERT OR UPDATE OF project_id, name, size_gib ON volume
  FOR EACH ROW EXECUTE FUNCTION usage_of_volume();
CREATE TRIGGER volume_usage_end AFTER DELETE ON volume FOR EACH ROW EXECUTE FUNCTION usage_end();
INSERT INTO usage_span (project_id, object_type, object_id, object_name, kind, vcpus, memory_mib, disk_gib, running)
  SELECT project_id, 'instance', id, name, kind, vcpus, memory_mib, 0, coalesce(observed_state IN ('running', 'paused'), false)
  FROM instance
  UNION ALL
  SELECT project_id, 'volume', id, name, kind, 0, 0, size_gib, false FROM volume;
