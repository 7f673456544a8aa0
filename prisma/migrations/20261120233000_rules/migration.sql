-- Written by hand: what Prisma's schema cannot say. Code that is wrong shall fail here, not later on a host.

-- Words: every column that holds one of a few words. The words are those of server/contract.
ALTER TABLE "user" ADD CONSTRAINT user_role_known CHECK (role IN ('user', 'auditor', 'admin')),
  ADD CONSTRAINT user_email_lower_case CHECK (email = lower(email));
ALTER TABLE membership ADD CONSTRAINT membership_role_known CHECK (role IN ('viewer', 'member', 'owner'));
ALTER TABLE setup_link ADD CONSTRAINT setup_link_purpose_known CHECK (purpose IN ('first-run', 'reset')),
  ADD CONSTRAINT setup_link_reset_has_user CHECK ((purpose = 'reset') = (user_id IS NOT NULL));
ALTER TABLE image ADD CONSTRAINT image_state_known
    CHECK (state IN ('uploading', 'importing', 'inspecting', 'ready', 'failed', 'deleting')),
  ADD CONSTRAINT image_format_known CHECK (format IN ('qcow2', 'raw', 'iso')),
  ADD CONSTRAINT image_ready_is_known CHECK (state <> 'ready' OR
    (format IS NOT NULL AND sha256 IS NOT NULL AND size_bytes IS NOT NULL AND virtual_size_bytes IS NOT NULL));
ALTER TABLE instance ADD CONSTRAINT instance_kind_known CHECK (kind IN ('vm', 'container')),
  ADD CONSTRAINT instance_lifecycle_known CHECK (lifecycle IN ('creating', 'ready', 'failed', 'deleting')),
  ADD CONSTRAINT instance_desired_state_known CHECK (desired_state IN ('running', 'stopped', 'paused')),
  ADD CONSTRAINT instance_observed_state_known
    CHECK (observed_state IN ('running', 'paused', 'stopped', 'crashed', 'missing'));
ALTER TABLE volume ADD CONSTRAINT volume_kind_known CHECK (kind IN ('disk', 'container')),
  ADD CONSTRAINT volume_state_known CHECK (state IN ('creating', 'ready', 'deleting', 'failed')),
  ADD CONSTRAINT volume_base_format_known CHECK (base_format IN ('qcow2', 'raw', 'iso'));
ALTER TABLE host ADD CONSTRAINT host_state_known CHECK (state IN
    ('enrolling', 'online', 'unreachable', 'quarantined', 'maintenance', 'removing', 'failed')),
  ADD CONSTRAINT host_connection_type_known CHECK (connection_type IN ('local', 'ssh', 'docker-tls')),
  ADD CONSTRAINT host_credential_type_known CHECK (credential_type IN ('atoll-key', 'password', 'private-key')),
  -- Without a pinned key no connection may be tried (security.md 19).
  ADD CONSTRAINT host_ssh_is_pinned CHECK (connection_type <> 'ssh' OR
    (address IS NOT NULL AND port IS NOT NULL AND username IS NOT NULL AND credential_type IS NOT NULL
      AND fingerprint IS NOT NULL)),
  ADD CONSTRAINT host_port_in_range CHECK (port BETWEEN 1 AND 65535);
ALTER TABLE host_engine ADD CONSTRAINT host_engine_type_known CHECK (type IN ('libvirt', 'docker')),
  ADD CONSTRAINT host_engine_state_known CHECK (state IN ('up', 'down', 'unknown'));
ALTER TABLE host_key_scan ADD CONSTRAINT host_key_scan_state_known CHECK (state IN ('scanning', 'ready', 'failed'));
ALTER TABLE unmanaged_instance ADD CONSTRAINT unmanaged_instance_kind_known CHECK (kind IN ('vm', 'container')),
  ADD CONSTRAINT unmanaged_instance_state_known CHECK (state IN ('running', 'paused', 'stopped', 'crashed'));
ALTER TABLE operation ADD CONSTRAINT operation_state_known CHECK (state IN
    ('pending', 'running', 'undoing', 'succeeded', 'failed', 'cancelled', 'stuck'));
ALTER TABLE operation_step ADD CONSTRAINT operation_step_state_known CHECK (state IN
    ('pending', 'running', 'done', 'failed', 'undoing', 'undone', 'skipped'));
ALTER TABLE operation_log ADD CONSTRAINT operation_log_level_known CHECK (level IN ('info', 'warn', 'error'));
ALTER TABLE reservation ADD CONSTRAINT reservation_state_known CHECK (state IN ('held', 'committed', 'released')),
  ADD CONSTRAINT reservation_resource_known CHECK (resource IN ('instances', 'vcpus', 'memoryMiB', 'diskGiB')),
  ADD CONSTRAINT reservation_host_has_no_instances CHECK (host_id IS NULL OR resource <> 'instances');
ALTER TABLE quota ADD CONSTRAINT quota_resource_known
  CHECK (resource IN ('instances', 'vcpus', 'memoryMiB', 'diskGiB'));
ALTER TABLE host_inventory ADD CONSTRAINT host_inventory_resource_known
  CHECK (resource IN ('vcpus', 'memoryMiB', 'diskGiB'));
ALTER TABLE event ADD CONSTRAINT event_severity_known CHECK (severity IN ('info', 'warn', 'error'));
ALTER TABLE audit ADD CONSTRAINT audit_outcome_known CHECK (outcome IN ('done', 'refused'));

-- Sizes. That `used` is at most the limit is checked where something is claimed: a limit may be lowered below what is used.
ALTER TABLE flavor ADD CONSTRAINT flavor_sizes_positive CHECK (vcpus > 0 AND memory_mib > 0 AND disk_gib > 0);
ALTER TABLE instance ADD CONSTRAINT instance_sizes_positive CHECK (vcpus > 0 AND memory_mib > 0 AND disk_gib >= 0),
  ADD CONSTRAINT instance_generation_positive CHECK (generation > 0);
-- A container's volume has no size of its own.
ALTER TABLE volume ADD CONSTRAINT volume_size_positive CHECK (size_gib > 0 OR (kind = 'container' AND size_gib = 0));
ALTER TABLE image ADD CONSTRAINT image_sizes_positive CHECK (size_bytes > 0 AND virtual_size_bytes > 0
  AND total_bytes > 0 AND received_bytes >= 0);
ALTER TABLE quota ADD CONSTRAINT quota_not_negative CHECK (used >= 0 AND lim >= 0);
ALTER TABLE host_inventory ADD CONSTRAINT host_inventory_not_negative
  CHECK (total >= 0 AND used >= 0 AND reserved >= 0 AND ratio > 0);
ALTER TABLE reservation ADD CONSTRAINT reservation_amount_positive CHECK (amount > 0);
ALTER TABLE operation ADD CONSTRAINT operation_percent_in_range CHECK (percent BETWEEN 0 AND 100);
-- api.md: at most a year.
ALTER TABLE api_token ADD CONSTRAINT api_token_expires_in_a_year
  CHECK (expires_at <= created_at + interval '366 days');

-- What belongs to what. Rows of a project cannot outlive it, nor those of a host.
ALTER TABLE instance ADD FOREIGN KEY (project_id) REFERENCES project,
  ADD FOREIGN KEY (host_id) REFERENCES host,
  ADD FOREIGN KEY (flavor_id) REFERENCES flavor ON DELETE SET NULL,
  ADD FOREIGN KEY (image_id) REFERENCES image ON DELETE SET NULL;
ALTER TABLE volume ADD FOREIGN KEY (project_id) REFERENCES project,
  ADD FOREIGN KEY (host_id) REFERENCES host,
  ADD FOREIGN KEY (instance_id) REFERENCES instance ON DELETE SET NULL;
ALTER TABLE image ADD FOREIGN KEY (project_id) REFERENCES project;
ALTER TABLE operation ADD FOREIGN KEY (project_id) REFERENCES project;
ALTER TABLE operation_log ADD FOREIGN KEY (operation_id) REFERENCES operation ON DELETE CASCADE;
ALTER TABLE reservation ADD FOREIGN KEY (project_id) REFERENCES project;
ALTER TABLE api_token ADD FOREIGN KEY (project_id) REFERENCES project ON DELETE CASCADE;
ALTER TABLE setup_link ADD FOREIGN KEY (user_id) REFERENCES "user" ON DELETE CASCADE;
ALTER TABLE unmanaged_instance ADD FOREIGN KEY (host_id) REFERENCES host ON DELETE CASCADE;
ALTER TABLE container_image ADD FOREIGN KEY (host_id) REFERENCES host ON DELETE CASCADE;
ALTER TABLE host_base_image ADD FOREIGN KEY (host_id) REFERENCES host ON DELETE CASCADE;
CREATE INDEX instance_image_id_idx ON instance (image_id);
CREATE INDEX instance_flavor_id_idx ON instance (flavor_id);
CREATE INDEX image_sha256_idx ON image (sha256);

-- One operation at a time on anything (reliability.md): of two that are admitted at once, one is refused.
CREATE UNIQUE INDEX operation_live_target ON operation (target_id)
  WHERE state IN ('pending', 'running', 'undoing', 'stuck');
-- What a worker looks for when it has time.
CREATE INDEX operation_claimable ON operation (priority, run_after) WHERE state IN ('pending', 'running', 'undoing', 'stuck');
-- One link of the first run, one of a reset per user.
CREATE UNIQUE INDEX setup_link_open ON setup_link (purpose, user_id) NULLS NOT DISTINCT WHERE used_at IS NULL;
CREATE INDEX reservation_live ON reservation (owner_id) WHERE state <> 'released';

-- What the publisher looks for, and where the stream stands.
CREATE INDEX outbox_unpublished ON outbox (id) WHERE seq IS NULL;
ALTER TABLE outbox_head ADD CONSTRAINT outbox_head_one_row CHECK (id = 1),
  ADD CONSTRAINT outbox_head_in_order CHECK (trimmed_seq <= last_seq);
INSERT INTO outbox_head (id) VALUES (1);

-- The audit only grows, whoever writes (security.md 52). The roles of the application have no such right either.
CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();
