-- CreateTable
CREATE TABLE "console_ticket" (
    "id" UUID NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "kind" TEXT NOT NULL,
    "project_id" UUID NOT NULL,
    "instance_id" UUID NOT NULL,
    "generation" INTEGER NOT NULL,
    "user_id" UUID NOT NULL,
    "session_id" UUID,
    "token_id" UUID,
    "share_id" UUID,
    "view_only" BOOLEAN NOT NULL,
    "options" JSONB NOT NULL DEFAULT '{}',
    "ip" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "console_ticket_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "console_session" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "project_id" UUID NOT NULL,
    "instance_id" UUID NOT NULL,
    "instance_name" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "user_name" TEXT NOT NULL,
    "token_id" UUID,
    "share_id" UUID,
    "ip" TEXT NOT NULL,
    "view_only" BOOLEAN NOT NULL,
    "recorded" BOOLEAN NOT NULL DEFAULT false,
    "worker_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,
    "bytes_in" BIGINT NOT NULL DEFAULT 0,
    "bytes_out" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "console_session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "console_share" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "instance_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "created_by_id" UUID,
    "view_only" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "console_share_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "console_worker" (
    "id" UUID NOT NULL,
    "address" TEXT NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "console_worker_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "console_ticket_token_hash_key" ON "console_ticket"("token_hash");

-- CreateIndex
CREATE INDEX "console_ticket_expires_at_idx" ON "console_ticket"("expires_at");

-- CreateIndex
CREATE INDEX "console_ticket_instance_id_idx" ON "console_ticket"("instance_id");

-- CreateIndex
CREATE INDEX "console_ticket_user_id_idx" ON "console_ticket"("user_id");

-- CreateIndex
CREATE INDEX "console_ticket_share_id_idx" ON "console_ticket"("share_id");

-- CreateIndex
CREATE INDEX "console_session_instance_id_started_at_id_idx" ON "console_session"("instance_id", "started_at" DESC, "id");

-- CreateIndex
CREATE INDEX "console_session_project_id_idx" ON "console_session"("project_id");

-- CreateIndex
CREATE INDEX "console_share_instance_id_idx" ON "console_share"("instance_id");

-- CreateIndex
CREATE INDEX "console_share_user_id_idx" ON "console_share"("user_id");

-- CreateIndex
CREATE INDEX "console_share_created_by_id_idx" ON "console_share"("created_by_id");

-- Written by hand: what Prisma's schema cannot say.
ALTER TABLE console_ticket
  ADD CONSTRAINT console_ticket_kind_known CHECK (kind IN ('vnc', 'serial', 'exec', 'attach', 'logs')),
  ADD CONSTRAINT console_ticket_one_credential CHECK (num_nonnulls(session_id, token_id) = 1),
  -- Nobody lengthens a ticket's life, whatever the application says (security.md 41).
  ADD CONSTRAINT console_ticket_is_short CHECK (expires_at <= created_at + interval '31 seconds'),
  ADD FOREIGN KEY (instance_id) REFERENCES instance ON DELETE CASCADE,
  ADD FOREIGN KEY (project_id) REFERENCES project ON DELETE CASCADE,
  ADD FOREIGN KEY (user_id) REFERENCES "user" ON DELETE CASCADE,
  ADD FOREIGN KEY (session_id) REFERENCES session ON DELETE CASCADE,
  ADD FOREIGN KEY (token_id) REFERENCES api_token ON DELETE CASCADE,
  ADD FOREIGN KEY (share_id) REFERENCES console_share ON DELETE CASCADE;
ALTER TABLE console_session
  ADD CONSTRAINT console_session_kind_known CHECK (kind IN ('vnc', 'serial', 'exec', 'attach')),
  ADD CONSTRAINT console_session_ended CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
  ADD CONSTRAINT console_session_bytes CHECK (bytes_in >= 0 AND bytes_out >= 0),
  ADD FOREIGN KEY (project_id) REFERENCES project ON DELETE CASCADE;
CREATE INDEX console_session_open ON console_session (user_id) WHERE ended_at IS NULL;
ALTER TABLE console_share
  ADD CONSTRAINT console_share_kind_known CHECK (kind IN ('vnc', 'serial')),
  ADD FOREIGN KEY (instance_id) REFERENCES instance ON DELETE CASCADE,
  ADD FOREIGN KEY (project_id) REFERENCES project ON DELETE CASCADE,
  ADD FOREIGN KEY (user_id) REFERENCES "user" ON DELETE CASCADE,
  ADD FOREIGN KEY (created_by_id) REFERENCES "user" ON DELETE SET NULL;
