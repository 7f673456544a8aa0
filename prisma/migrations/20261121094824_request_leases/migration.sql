-- AlterTable
ALTER TABLE "image" ADD COLUMN     "upload_holder" UUID,
ADD COLUMN     "upload_lease_until" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "idempotency_key" ADD COLUMN     "holder" UUID;
