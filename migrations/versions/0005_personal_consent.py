"""Consents of members to preferences of their own."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Create the consents."""
    op.create_table(
        "personal_consent",
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform", "member", name=op.f("pk_personal_consent")),
    )


def downgrade() -> None:
    """Drop the consents: without them no member has preferences of their own."""
    op.drop_table("personal_consent")
