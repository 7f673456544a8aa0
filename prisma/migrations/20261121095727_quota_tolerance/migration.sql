-- AlterTable
ALTER TABLE "quota" ADD COLUMN     "tolerated" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "pool_quota" ADD COLUMN     "tolerated" BIGINT NOT NULL DEFAULT 0;

-- No claim is admitted beyond a limit (I2), and the database holds it. A limit may be set below what is in use: what was used
-- then is tolerated, and shrinks with every release until it is within the limit.
UPDATE quota SET tolerated = used WHERE used > lim;
UPDATE pool_quota SET tolerated = used WHERE used > lim;
ALTER TABLE quota ADD CONSTRAINT quota_within_limit CHECK (used <= greatest(lim, tolerated));
ALTER TABLE pool_quota ADD CONSTRAINT pool_quota_within_limit CHECK (lim IS NULL OR used <= greatest(lim, tolerated));
