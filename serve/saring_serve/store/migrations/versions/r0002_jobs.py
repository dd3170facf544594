"""The table of jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create it."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("owner", sa.Text()),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("expires", sa.DateTime(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("text_column", sa.LargeBinary()),
        sa.Column("why", sa.Text()),
        sa.Column("model", sa.Text()),
        sa.Column("summary", sa.Text()),
        sa.Column("problem", sa.Text()),
    )
    op.create_index("ix_jobs_state", "jobs", ["state"])


def downgrade() -> None:
    """Drop it; the folders of the jobs are left."""
    op.drop_table("jobs")
