"""Preferences of a member: differences to the community's, for members who agreed alone."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import StoreFailed
from bot.core.messages.service import Service
from bot.core.preferences.counts import COUNT_NAMES, Counts
from bot.core.preferences.personal import MAX_AGE, PersonalPreferences, personal_preferences
from bot.core.preferences.posterior import Preferences, posterior_preferences
from bot.core.preferences.prior import MAX_BIAS
from tests.core.fakes import ANNA, BEN, MOMENT, EchoPredictor, RecordingPlatform, message, ref
from tests.core.memory_store import MemoryStore

COUNTS = st.builds(Counts, **dict.fromkeys(COUNT_NAMES, st.floats(0, 1e6)))
DISLIKED = {"😂": Counts(shown=12, expected_kept=6, removed=12)}
LIKED = {"😂": Counts(shown=40, expected_kept=16), "🔥": Counts(shown=40, expected_kept=16)}
COMMUNITY = posterior_preferences({**LIKED, "😭": Counts(shown=40, expected_kept=16, removed=39)})


def test_a_member_without_counts_has_the_preferences_of_the_community() -> None:
    assert personal_preferences(COMMUNITY, {}) == COMMUNITY


@given(st.dictionaries(st.sampled_from(["😂", "😭", "🔥", ":blob:", ""]), COUNTS))
def test_every_bias_is_bounded_and_the_community_s_share_stays(counts: dict[str, Counts]) -> None:
    own = personal_preferences(COMMUNITY, counts)
    assert all(abs(bias) <= MAX_BIAS for bias in own.bias.values())
    assert (own.acceptance, own.vote_count) == (COMMUNITY.acceptance, COMMUNITY.vote_count)


def test_what_a_member_removes_is_lowered_on_top_of_the_community() -> None:
    own = personal_preferences(COMMUNITY, DISLIKED)
    assert own.bias["😂"] < COMMUNITY.bias.get("😂", 0.0) - 1
    assert own.bias["😭"] == COMMUNITY.bias["😭"]


def test_a_member_who_agrees_with_the_community_changes_little() -> None:
    # The community removes 😭 nearly always: that the member does too is no news.
    same = {"😭": Counts(shown=6, expected_kept=2.4, removed=6)}
    own = personal_preferences(COMMUNITY, same)
    alone = posterior_preferences(same)
    assert COMMUNITY.bias["😭"] - own.bias["😭"] < -0.5 * alone.bias["😭"]


async def test_counts_are_read_again_after_a_change_of_the_community_and_in_time() -> None:
    store, now = MemoryStore().preferences, [MOMENT]
    personal = PersonalPreferences(store, lambda: now[0])
    base = Preferences()
    await personal.get(ref(), ANNA, base)
    store.of_members["home", ANNA] = DISLIKED
    assert not (await personal.get(ref(), ANNA, base)).bias
    renewed = Preferences(acceptance=0.7)
    assert (await personal.get(ref(), ANNA, renewed)).bias
    assert not (await personal.get(ref(), BEN, renewed)).bias
    reads = store.member_reads
    now[0] += MAX_AGE
    await personal.get(ref(), ANNA, renewed)
    personal.discard("console", ANNA)
    await personal.get(ref(), ANNA, renewed)
    assert store.member_reads == reads + 2


async def test_only_a_member_who_agreed_is_answered_by_their_own_preferences() -> None:
    store, predictor = MemoryStore(), EchoPredictor()
    store.preferences.of_members["home", ANNA] = DISLIKED
    service = Service(predictor, store)
    platform = RecordingPlatform()
    await service.on_message(message(number="1"), platform)
    await service.member_requests.set_personal("console", ANNA, True)
    await service.on_message(message(number="2"), platform)
    await service.member_requests.set_personal("console", ANNA, False)
    await service.on_message(message(number="3"), platform)
    assert [bool(bias) for bias in predictor.biases] == [False, True, False]


async def test_a_message_is_answered_when_the_counts_cannot_be_read() -> None:
    store, platform = MemoryStore(), RecordingPlatform()
    service = Service(EchoPredictor(), store)
    await store.members.set_personal("console", ANNA, True)
    store.failing.add("preferences.member_counts")
    await service.on_message(message(), platform)
    assert platform.shown
    assert service.failures["store"] == 1


async def test_erasing_and_opting_out_end_it() -> None:
    store = MemoryStore()
    requests = Service(EchoPredictor(), store).member_requests
    for end in (requests.forget, requests.opt_out):
        await requests.set_personal("console", ANNA, True)
        assert await requests.is_personal("console", ANNA)
        await end("console", ANNA)
        assert not await requests.is_personal("console", ANNA)
    store.failing.add("members.set_personal")
    try:
        await requests.set_personal("console", ANNA, True)
    except StoreFailed:
        return
    raise AssertionError
