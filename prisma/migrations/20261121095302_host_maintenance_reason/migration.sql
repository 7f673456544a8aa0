-- AlterTable
ALTER TABLE "host" ADD COLUMN     "maintenance_reason" TEXT;
