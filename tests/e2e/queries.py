"""SQL queries of the end-to-end tests."""

OUTCOME = "select shown, skip_reason, refusal from prediction where message = ?"
REFUSED = (
    "select refusal from prediction where message = ? and skip_reason = 'refused' and shown = '[]'"
)
RECORDED = "select message from prediction order by message"
FEEDBACK = (
    "select kind, emoji from feedback join prediction on prediction.id = prediction_id"
    " where message = ?"
)
SOURCES = (
    "select source, also_burst from feedback join prediction on prediction.id = prediction_id"
    " where message = ?"
)
FEEDBACK_OF = "select author, actor from feedback join prediction on prediction.id = prediction_id"
CHAT = (
    "select external_id, chat from prediction join community on community.id = community_id"
    " where message = ?"
)
HANDLED = "select update_id from update_claim where handled_at is not null and update_id = ?"
