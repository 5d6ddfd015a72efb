"""Texts by consent, the language, and the threshold that an answer was held to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("prediction") as table:
        table.add_column(sa.Column("threshold", sa.Float))
        table.add_column(sa.Column("language", sa.String(35)))
        table.add_column(sa.Column("text", sa.Text))
        table.add_column(sa.Column("consent", sa.String(32)))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("prediction") as table:
        table.drop_column("consent")
        table.drop_column("text")
        table.drop_column("language")
        table.drop_column("threshold")
