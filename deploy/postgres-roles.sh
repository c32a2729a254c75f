#!/usr/bin/env bash
# Run once by the postgres image when it makes its cluster: the same roles and rights as spotlight/embedded/postgres.py.
set -euo pipefail

psql --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --set owner_password="$DATABASE_OWNER_PASSWORD" --set app_password="$DATABASE_APP_PASSWORD" <<'SQL'
CREATE ROLE spotlight_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE spotlight_app LOGIN PASSWORD :'app_password';
CREATE DATABASE spotlight OWNER spotlight_owner;
REVOKE ALL ON DATABASE spotlight FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE spotlight TO spotlight_app;  -- temporary: imports of readings are staged
\connect spotlight
CREATE EXTENSION pg_trgm;
ALTER DEFAULT PRIVILEGES FOR ROLE spotlight_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO spotlight_app;
ALTER DEFAULT PRIVILEGES FOR ROLE spotlight_owner IN SCHEMA public
  GRANT SELECT, USAGE, UPDATE ON SEQUENCES TO spotlight_app;
ALTER DEFAULT PRIVILEGES FOR ROLE spotlight_owner IN SCHEMA public
  GRANT EXECUTE ON FUNCTIONS TO spotlight_app;
SQL
