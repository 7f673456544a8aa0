/** Migrates one database and ends: migrate-database.ts URL */
import { migrate } from '#server/db/migrate.ts';

await migrate(process.argv[2] ?? '');
process.exit();
