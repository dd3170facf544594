"""The table of corrections."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create it."""
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("key", sa.String(16), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary()),
        sa.Column("note", sa.LargeBinary()),
        sa.Column("reviewer", sa.String(64)),
        sa.Column("verdict", sa.String(32)),
        sa.Column("model", sa.Text()),
        sa.Column("decisions", sa.Text()),
        sa.Column("probabilities", sa.Text()),
        sa.Column("exported", sa.DateTime()),
    )
    op.create_index("ix_corrections_key", "corrections", ["key"])


def downgrade() -> None:
    """Drop it, with all corrections."""
    op.drop_table("corrections")
