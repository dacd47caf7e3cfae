"""Do index and query encoder always move together, without a search that fails or mixes two versions?"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from recommender.encoder.hashing import HashingEncoder
from recommender.models.serving import Observed, ServedSearcher, for_session, in_share
from recommender.search.port import SearchResult
from recommender.understanding.query import Query
from tests.recommender.models.conftest import BASE, DIMENSIONS, OTHER, PRODUCTS, TUNED, Models

SESSIONS = [f"session-{number}" for number in range(400)]


def encoder_of(result: SearchResult) -> str:
    return result.versions["encoder"]


def name_of(version: str) -> str:
    return HashingEncoder(DIMENSIONS[version]).version


def test_a_version_answers_from_the_search_after_its_promotion(models: Models) -> None:
    models.add(TUNED)
    models.publish(TUNED)
    models.registry.try_out(TUNED)
    served = models.served()
    served.wait_until_warm()
    searcher = ServedSearcher(served)
    assert encoder_of(searcher.search(Query("red sofa"))) == name_of(BASE)
    models.registry.promote(TUNED, "it won")
    assert encoder_of(searcher.search(Query("red sofa"))) == name_of(TUNED)
    models.registry.rollback("a mistake")
    assert encoder_of(searcher.search(Query("red sofa"))) == name_of(BASE)
    assert models.loaded.count(BASE) == models.loaded.count(TUNED) == 1


def test_a_version_without_an_index_of_its_own_does_not_answer(models: Models) -> None:
    models.add(TUNED)
    served = models.served()
    searcher = ServedSearcher(served)
    models.registry.promote(TUNED, "too early")
    assert encoder_of(searcher.search(Query("red sofa"))) == name_of(BASE)
    served.wait_until_warm()
    assert encoder_of(searcher.search(Query("red sofa"))) == name_of(BASE)
    models.publish(TUNED)
    assert encoder_of(searcher.search(Query("red sofa"))) == name_of(TUNED)


def test_after_a_restart_the_way_back_is_warm(models: Models) -> None:
    models.add(TUNED)
    models.publish(TUNED)
    models.registry.promote(TUNED, "it won")
    served = models.served()
    served.wait_until_warm()
    searcher = ServedSearcher(served)
    assert encoder_of(searcher.search(Query("red sofa"))) == name_of(TUNED)
    models.registry.rollback("a mistake")
    loaded = list(models.loaded)
    assert encoder_of(searcher.search(Query("red sofa"))) == name_of(BASE)
    assert models.loaded == loaded


def test_a_version_that_cannot_be_loaded_leaves_the_base_encoder(models: Models) -> None:
    models.add(TUNED)
    models.registry.promote(TUNED, "it won")
    (models.registry.encoder_folder(TUNED) / "manifest.json").unlink()
    searcher = ServedSearcher(models.served())
    assert encoder_of(searcher.search(Query("red sofa"))) == name_of(BASE)


def test_without_any_encoder_search_goes_by_words(models: Models) -> None:
    (models.build / "encoder" / "manifest.json").unlink()
    result = ServedSearcher(models.served()).search(Query("red sofa"))
    assert result.versions["encoder"].startswith("off")
    assert result.hits[0].id == PRODUCTS[0].id


def test_no_search_fails_or_mixes_versions_while_they_are_switched(models: Models) -> None:
    for version in (TUNED, OTHER):
        models.add(version)
        models.publish(version)
    models.registry.promote(TUNED, "first")
    models.registry.try_out(OTHER)
    served = models.served()
    served.wait_until_warm()
    searcher = ServedSearcher(served)
    done, enough = threading.Event(), threading.Event()
    folders = {name_of(version): (models.index / name_of(version)).iterdir() for version in DIMENSIONS}
    generations = {name: {folder.name for folder in found} for name, found in folders.items()}

    def ask(number: int) -> set[str]:
        seen: set[str] = set()
        while not done.is_set():
            result = searcher.search(Query(PRODUCTS[number].title), limit=3)
            assert result.versions["index"] in generations[encoder_of(result)]
            assert result.hits[0].id == PRODUCTS[number].id
            seen.add(encoder_of(result))
            if len(seen) > 1:
                enough.set()
        return seen

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask, number) for number in range(4)]
        try:
            while not enough.is_set() and not any(future.done() for future in asking):
                models.registry.rollback("under load")
        finally:
            for _ in range(10):
                models.registry.rollback("under load")
            done.set()
        seen = set().union(*(future.result() for future in asking))
    assert {name_of(BASE), name_of(TUNED)} <= seen


def test_a_share_of_the_sessions_tries_the_candidate_and_keeps_to_it(models: Models) -> None:
    models.add(TUNED)
    models.publish(TUNED)
    models.registry.try_out(TUNED, share=0.25)
    served = models.served()
    served.wait_until_warm()
    searcher = ServedSearcher(served)

    def asked(session_id: str) -> str:
        with for_session(session_id):
            return encoder_of(searcher.search(Query("red sofa")))

    first = {session_id: asked(session_id) for session_id in SESSIONS}
    trying = [session_id for session_id, encoder in first.items() if encoder == name_of(TUNED)]
    assert 0.15 < len(trying) / len(SESSIONS) < 0.35
    assert trying == [session_id for session_id in SESSIONS if in_share(session_id, TUNED, 0.25)]
    assert {session_id: asked(session_id) for session_id in SESSIONS} == first
    assert encoder_of(searcher.search(Query("red sofa"))) == name_of(BASE)
    models.registry.stop_trial("worse")
    assert {asked(session_id) for session_id in SESSIONS} == {name_of(BASE)}


def test_a_larger_share_keeps_everybody_who_tried_before() -> None:
    few = {session_id for session_id in SESSIONS if in_share(session_id, TUNED, 0.1)}
    more = {session_id for session_id in SESSIONS if in_share(session_id, TUNED, 0.5)}
    assert few < more
    assert not any(in_share(session_id, TUNED, 0.0) for session_id in SESSIONS)
    assert all(in_share(session_id, TUNED, 1.0) for session_id in SESSIONS)


def test_a_shadow_answers_unseen(models: Models) -> None:
    models.add(TUNED)
    models.publish(TUNED)
    models.registry.try_out(TUNED, shadow=True)
    served = models.served()
    served.wait_until_warm()
    observed: list[Observed] = []
    searcher = ServedSearcher(served, observed.append)
    with for_session("session-1"):
        shown = searcher.search(Query("red sofa"), limit=3)
    searcher.finish()
    assert encoder_of(shown) == name_of(BASE)
    (seen,) = observed
    assert (seen.session_id, seen.version, seen.shown) == ("session-1", TUNED, shown)
    assert encoder_of(seen.unseen) == name_of(TUNED)


def test_who_is_in_no_conversation_casts_no_shadow(models: Models) -> None:
    models.add(TUNED)
    models.publish(TUNED)
    models.registry.try_out(TUNED, shadow=True)
    served = models.served()
    served.wait_until_warm()
    observed: list[Observed] = []
    searcher = ServedSearcher(served, observed.append)
    searcher.search(Query("red sofa"))
    searcher.finish()
    assert observed == []
