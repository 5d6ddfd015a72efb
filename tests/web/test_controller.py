"""The logic of the page, without a browser."""

from demo.page.candidates import CandidateSet
from demo.page.controller import CUSTOM, NOT_RECORDED, OVERLOADED, PageController, PageState
from demo.page.interface import NONE_FITS, VisitorId
from tests.web.fakes import FakeBackend

ANN = VisitorId("ann")


async def test_a_choice_is_replaced_and_taken_back() -> None:
    backend = FakeBackend()
    controller = PageController(backend)
    state, html = await controller.predict(ANN, "x" * 5000, "All emojis", ())
    assert len(backend.texts[0]) == 1000
    assert "would react with 😂" in html
    for choice in ("😭", NONE_FITS, NONE_FITS):
        state, html = await controller.record_choice(ANN, state, choice)
    assert backend.choices == [("😭", None), (NONE_FITS, "😭"), (None, NONE_FITS)]
    assert "Taken back." in html


async def test_a_choice_that_was_not_stored_is_not_shown_as_counted() -> None:
    controller = PageController(FakeBackend(stores=False))
    state, _ = await controller.predict(ANN, "hello", "All emojis", ())
    after, html = await controller.record_choice(ANN, state, "😂")
    assert NOT_RECORDED in html
    assert after.choice is None


async def test_answers_with_names_that_a_visitor_made_up_are_not_counted() -> None:
    backend = FakeBackend()
    controller = PageController(backend)
    state, html = await controller.predict(ANN, "hello", CandidateSet.OWN, ["😂", ":my_neighbour:"])
    assert CUSTOM in html
    assert "disabled" in html
    after, _ = await controller.record_choice(ANN, state, "😂")
    assert after.choice is None
    assert backend.choices == []


async def test_an_overloaded_backend_is_reported() -> None:
    controller = PageController(FakeBackend(overloaded=True))
    state, html = await controller.predict(ANN, "hello", "All emojis", ())
    assert OVERLOADED in html
    assert state == PageState()
    predicted, _ = await PageController(FakeBackend()).predict(ANN, "hello", "All emojis", ())
    assert OVERLOADED in await controller.explain(predicted)


async def test_there_are_no_choices_without_storage() -> None:
    backend = FakeBackend()
    backend.terms = None
    controller = PageController(backend)
    state, html = await controller.predict(ANN, "hello", "All emojis", ())
    assert "None of these" not in html
    await controller.record_choice(ANN, state, "😂")
    assert backend.choices == []
