"""How many examples each property gets: one table for all of them, two profiles, and a count of what really ran.

``make test`` runs the quick profile, the same examples every time; ``pytest --hypothesis-profile=thorough`` runs
`THOROUGH` times as many, other ones every time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from hypothesis import HealthCheck, settings

EXAMPLES = {
    # text and edits
    "test_bytes_come_back": 100,
    "test_positions_count_lines_that_end_in_a_line_feed": 100,
    "test_emits_what_splicing_gives": 100,
    "test_places_are_where_a_walk_over_the_edits_finds_them": 100,
    "test_a_place_that_no_edit_touches_is_found_in_both_texts": 100,
    # quoting and secrets
    "test_masking_settles_and_keeps_lines": 400,
    "test_a_value_is_shown_nowhere": 200,
    "test_no_text_leaves_its_fence": 200,
    "test_no_secret_is_in_the_sections": 200,
    "test_no_secret_is_in_the_report": 40,
    "test_every_quoted_text_is_data": 300,
    "test_no_field_of_a_project_gets_out_as_code": 60,
    "test_no_secret_of_a_project_gets_out": 60,
    # the parser of Dockerfiles
    "test_instructions_are_found_and_nothing_is_lost": 100,
    "test_buildkit_reads_the_same": 100,
    "test_what_is_read_again_is_what_is_read_anew": 100,
    "test_any_bytes_at_all": 100,
    "test_the_work_of_reading_grows_with_the_lines": 30,
    "test_any_tokens_give_what_lark_makes_of_them": 200,
    "test_any_line": 400,
    "test_quoted_name_comes_back_as_it_was": 200,
    "test_only_word_errors_are_raised": 400,
    "test_a_quoted_text_comes_back_as_it_was": 200,
    "test_any_sequence_is_read": 200,
    # shell commands
    "test_any_text": 400,
    "test_any_script": 150,
    "test_any_command": 200,
    "test_the_other_commands_do_the_same": 200,
    # cog.yaml and the project
    "test_a_quoted_word_is_one_word": 100,
    "test_any_text_is_an_item": 500,
    "test_nothing_of_an_item_is_lost": 500,
    "test_valid_requirements_are_read_as_packaging_reads_them": 300,
    "test_a_specifier_admits_what_pip_takes": 300,
    "test_specifiers_overlap_where_a_version_satisfies_both": 300,
    "test_any_text_can_be_searched": 300,
    "test_any_text_gives_a_configuration_or_a_config_error": 300,
    "test_any_shape_gives_a_configuration_or_a_config_error": 300,
    # rewriting
    "test_both_readers_take_the_same_sources": 400,
    "test_the_client_is_read_as_it_reads": 300,
    "test_any_project": 60,
    "test_stays_within_its_budget": 300,
    "test_blocks_cover_both_texts": 300,
    "test_a_debian_package_that_is_none_is_refused": 20,
    "test_any_cog_yaml_at_all": 100,
    "test_a_changed_project_is_as_good_as_a_new_one": 25,
    "test_what_the_user_wrote_between_stays": 60,
    "test_a_result_that_someone_edited": 60,
    "test_any_edit": 60,
    "test_a_mutated_output": 400,
    "test_a_value_keeps_the_limits": 200,
    "test_the_work_of_rewriting_grows_with_the_commands": 10,
    "test_twice_of_anything_is_twice_the_work": 40,
    "test_without_cog_nothing_changes": 60,
    "test_directives_are_those_of_the_source": 100,
    "test_any_output_with_the_other_escape_character": 20,
}
"""The examples of each property in the quick profile, by the name of its test."""

THOROUGH = 50
"""How many times as many the thorough profile runs."""

_SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
settings.register_profile("quick", deadline=None, derandomize=True, database=None, suppress_health_check=_SLOW)
settings.register_profile("thorough", deadline=None, print_blob=True, suppress_health_check=_SLOW)
settings.load_profile("quick")

ran: dict[str, int] = {}
"""The examples that ran so far, by the name of the test."""


def examples(test: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a property (above ``@given``): it gets its number of examples, and they are counted."""
    name = test.__name__
    body = test.hypothesis.inner_test  # type: ignore[attr-defined]

    @wraps(body)
    def counted(*arguments: object, **named: object) -> None:
        ran[name] = ran.get(name, 0) + 1
        body(*arguments, **named)

    test.hypothesis.inner_test = counted  # type: ignore[attr-defined]
    factor = THOROUGH if settings.get_current_profile_name() == "thorough" else 1
    return settings(max_examples=EXAMPLES[name] * factor)(test)


def count(name: str) -> int:
    """The number of examples of a test that makes them itself."""
    factor = THOROUGH if settings.get_current_profile_name() == "thorough" else 1
    return EXAMPLES[name] * factor


def seeds(name: str, part: int, parts: int) -> range:
    """Return the seeds of one of the parts in which a test with its own cases runs, and count them.

    In both profiles they are the same ones every time.
    """
    factor = THOROUGH if settings.get_current_profile_name() == "thorough" else 1
    chosen = range(part, EXAMPLES[name] * factor, parts)
    ran[name] = ran.get(name, 0) + len(chosen)
    return chosen


def totals() -> str:
    """One line of what ran, "" where no property did."""
    profile = settings.get_current_profile_name()
    return f"{len(ran)} properties, {sum(ran.values()):,} examples ({profile} profile)" if ran else ""
