"""Every schema a project file ever had, as Alembic revisions; run when an older file is opened."""
