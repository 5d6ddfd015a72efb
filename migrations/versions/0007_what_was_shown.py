"""With what weight a taste counted what was shown."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply; what was shown so far counted in full."""
    with op.batch_alter_table("prediction") as table:
        table.add_column(sa.Column("weight", sa.Float, nullable=False, server_default="1"))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("prediction") as table:
        table.drop_column("weight")
