-- AlterTable
ALTER TABLE "instance" ADD COLUMN     "marked_project_id" UUID;

-- AlterTable
ALTER TABLE "volume" ADD COLUMN     "marked_project_id" UUID;
