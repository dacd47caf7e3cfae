"""Is a version immutable, does one pointer say what serves, and is there always a way back?"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.errors import BadInputError, ConfigurationError, ConflictError, NotFoundError
from recommender.models.registry import Serving
from tests.recommender.models.conftest import BASE, OTHER, TUNED, Models


def test_a_shop_that_never_trained_is_served_by_the_base_encoder(models: Models) -> None:
    assert models.registry.serving() == Serving(BASE)
    assert models.registry.encoder_folder(BASE) == models.build / "encoder"
    assert [manifest.version for manifest in models.registry.versions()] == [BASE]


def test_without_any_encoder_the_sentence_says_what_to_do(models: Models) -> None:
    (models.build / "encoder" / "manifest.json").unlink()
    with pytest.raises(ConfigurationError, match="python -m"):
        models.registry.serving()


def test_promotion_and_rollback_swap_two_versions(models: Models) -> None:
    models.add(TUNED)
    assert models.registry.promote(TUNED, "it won") == Serving(TUNED, previous=BASE)
    assert models.registry.rollback("thumbs fell") == Serving(BASE, previous=TUNED)
    assert models.registry.rollback("a mistake") == Serving(TUNED, previous=BASE)
    moves = [(move["what"], move["version"]) for move in models.registry.moves()]
    assert moves == [
        ("added", TUNED), ("added", BASE), ("promoted", TUNED), ("rolled back", BASE), ("rolled back", TUNED),
    ]  # fmt: skip


def test_the_way_back_does_not_depend_on_what_setup_exports_later(models: Models) -> None:
    models.add(TUNED)
    models.registry.promote(TUNED, "it won")
    (models.build / "encoder" / "manifest.json").unlink()
    models.registry.rollback("a mistake")
    assert (models.registry.encoder_folder(BASE) / "manifest.json").is_file()


def test_without_a_version_before_there_is_no_way_back(models: Models) -> None:
    with pytest.raises(ConflictError, match="no way back"):
        models.registry.rollback("why not")


def test_promoting_what_serves_changes_nothing(models: Models) -> None:
    models.add(TUNED)
    first = models.registry.promote(TUNED, "it won")
    assert models.registry.promote(TUNED, "again") == first


def test_the_same_version_twice_is_one_version(models: Models) -> None:
    first = models.add(TUNED)
    assert models.add(TUNED) == first
    assert [manifest.version for manifest in models.registry.versions()] == [BASE, TUNED]


def test_a_damaged_version_is_not_promoted(models: Models) -> None:
    models.add(TUNED)
    (models.registry.encoder_folder(TUNED) / "manifest.json").write_text("{}")
    with pytest.raises(ConfigurationError, match="damaged"):
        models.registry.promote(TUNED, "it won")
    assert models.registry.serving() == Serving(BASE)


@pytest.mark.parametrize("version", ["nothing", "../../etc", "", "verdicts", ".lock"])
def test_what_is_no_version_is_refused(models: Models, version: str) -> None:
    with pytest.raises(NotFoundError):
        models.registry.manifest(version)
    with pytest.raises(NotFoundError):
        models.registry.promote(version, "no")


def test_a_damaged_pointer_is_named(models: Models) -> None:
    models.add(TUNED)
    models.registry.promote(TUNED, "it won")
    models.registry.pointer.write_text("{")
    with pytest.raises(ConfigurationError, match=r"serving\.json is damaged"):
        models.registry.serving()


def test_a_candidate_is_warm_until_its_trial_ends(models: Models) -> None:
    models.add(TUNED)
    assert models.registry.try_out(TUNED, share=0.1).warm == (BASE, TUNED)
    assert models.registry.stop_trial("enough").warm == (BASE,)


def test_a_share_above_all_sessions_is_refused(models: Models) -> None:
    models.add(TUNED)
    with pytest.raises(BadInputError, match="between 0 and 1"):
        models.registry.try_out(TUNED, share=10)


def test_what_serves_is_not_retired_and_what_is_retired_is_gone(models: Models) -> None:
    models.add(TUNED)
    models.add(OTHER)
    models.registry.promote(TUNED, "it won")
    models.registry.try_out(OTHER, share=0.5)
    with pytest.raises(ConflictError, match="answers every search"):
        models.registry.retire(TUNED, "no")
    models.registry.retire(OTHER, "trained on somebody who was erased")
    assert models.registry.serving() == Serving(TUNED, previous=BASE)
    with pytest.raises(NotFoundError):
        models.registry.manifest(OTHER)


def test_a_verdict_is_kept_beside_the_version(models: Models) -> None:
    models.add(TUNED)
    assert models.registry.verdict(TUNED) is None
    models.registry.record_verdict(TUNED, {"passed": False})
    assert models.registry.verdict(TUNED) == {"passed": False}
    models.registry.manifest(TUNED).check(models.registry.folder / TUNED)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["promote 1", "promote 2", "rollback", "try 2", "stop"]), max_size=8))
def test_whatever_is_done_what_serves_exists_and_rollback_undoes_a_promotion(models: Models, steps: list[str]) -> None:
    registry = models.registry
    models.add(TUNED)
    models.add(OTHER)
    for step in steps:
        before = registry.serving()
        if step.startswith("promote"):
            wanted = TUNED if step.endswith("1") else OTHER
            registry.promote(wanted, "test")
            if before.current != wanted:
                assert registry.rollback("test").current == before.current
                registry.rollback("test")
        elif step == "rollback" and before.previous:
            assert registry.rollback("test").current == before.previous
        elif step == "try 2" and before.current != OTHER:
            registry.try_out(OTHER, share=0.5)
        elif step == "stop":
            registry.stop_trial("test")
        serving = registry.serving()
        assert all(registry.encoder_folder(version).is_dir() for version in serving.warm)
        assert serving.current != serving.previous
