"""What communities like, as it was when enough of their members last spoke."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

COUNTS = ("shown", "hoped", "agreed", "removed", "passed", "corrected", "used", "expected")


def upgrade() -> None:
    """Apply; all that was counted so far has settled."""
    with op.batch_alter_table("taste") as table:
        for name in COUNTS:
            table.add_column(
                sa.Column(f"settled_{name}", sa.Float, nullable=False, server_default="0")
            )
    names = [name for each in COUNTS for name in (each, f"settled_{each}")]
    taste = sa.table("taste", *(sa.column(name, sa.Float) for name in names))
    op.execute(taste.update().values({f"settled_{name}": taste.c[name] for name in COUNTS}))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("taste") as table:
        for name in COUNTS:
            table.drop_column(f"settled_{name}")
