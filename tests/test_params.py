"""Parameter files: defaults are written out, and every mistake is one clear sentence."""

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nqpf.errors import StudyError
from nqpf.params import TOPICS_OF, Parameters, load_parameters, study_name
from nqpf.paths import PARAMS


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_default_file_spells_out_every_default():
    assert yaml.safe_load((PARAMS / "default.yml").read_text()) == Parameters().model_dump()


@pytest.mark.parametrize("path", sorted(PARAMS.glob("*.yml")), ids=lambda path: path.stem)
def test_every_committed_file_is_valid(path):
    parameters = load_parameters(path)
    for notebook in TOPICS_OF:
        assert parameters.of(notebook)["case"] == parameters.study.case


def test_fields_of_a_notebooks_topics_never_collide():
    for topics in TOPICS_OF.values():
        fields = [field for topic in topics for field in getattr(Parameters(), topic).model_dump()]
        assert len(fields) == len(set(fields))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("index: {wieghts: equal}", ["index.wieghts", "did you mean 'weights'", "'equal'"]),
        ("indx: {}", ["'indx'", "did you mean 'index'", "simulation"]),
        ("index: {weights: entropi}", ["index.weights", "'entropi'", "'entropy'", "'critic'"]),
        ("study: {case: Guandong}", ["study.case", "'Guandong'", "Guangdong"]),
        ("study: {case: Jiangsu}", ["cannot be its own peer"]),
        ("study: {peers: [Jiangsu, Jiangsu]}", ["named twice"]),
        ("inference: {draws: '9'}", ["inference.draws", "'9'", "integer"]),
        ("inference: {draws: 3}", ["inference.draws", "is 3", "99"]),
        ("index: {city_years: [2015, 2010]}", ["index.city_years", "first year"]),
        (
            "index: {weights: {given: {lab_rd_fte: 2}}}",
            ["index.weights", "'lab_rd_fte' is not an indicator", "lab_rd_fte_pc"],
        ),
        ("index: {weights: {given: {mea_dfi: 0}}}", ["index.weights", "number above zero"]),
        ("index: {weights: {given: 3}}", ["index.weights", "{name: weight}"]),
        ("index: {weights: {entropy: 3}}", ["index.weights", "{given: ...}"]),
        ("index: {weights: 3}", ["index.weights", "is 3", "'equal'"]),
        ("index: {element_weights: {given: {means: 1}}}", ["each of labourers, means, objects"]),
        ("index: {element_weights: {given: {land: 1}}}", ["'land' is not an element"]),
        ("index: {aggregation: {generalised: big}}", ["index.aggregation", "from -10 to 10"]),
        ("index: {treatment: {winsorise_or_log: 0}}", ["index.treatment", "whole number from 1"]),
        ("index: {normalisation: {minmax: [100, 1]}}", ["index.normalisation", "lower first"]),
        ("index: {normalisation: {goalposts: {mea_dfi: 3}}}", ["{indicator: [low, high]}"]),
        ("index: {normalisation: {reference: []}}", ["index.normalisation", "name a unit"]),
        ("definitions: {sobol_points: 100}", ["definitions.sobol_points", "power of two"]),
        ("definitions: {drawn_weights: [sd, sd]}", ["definitions.drawn_weights", "named twice"]),
        ("definitions: {panel: cities, city: Beijing}", ["'Beijing' is not one of the cities"]),
        (
            "study: {case: Jiangsu, peers: [Beijing]}\ndefinitions: {panel: cities}",
            ["no panel of the cities of Jiangsu"],
        ),
        ("study: [1, 2]", ["'study'", "[1, 2]"]),
        ("- a\n- b", ["must hold topics", "list"]),
        ("a: [", ["not valid YAML", "line"]),
        ("study: !!python/object/apply:os.system ['true']", ["not valid YAML"]),
    ],
)
def test_mistakes_name_file_key_value_and_what_is_allowed(tmp_path, text, parts):
    path = write(tmp_path, text)
    with pytest.raises(StudyError) as caught:
        load_parameters(path)
    for part in [str(path), *parts]:
        assert part in str(caught.value)


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(StudyError, match=r"none\.yml"):
        load_parameters(tmp_path / "none.yml")


@pytest.mark.parametrize("name", ["a b.yml", "a.txt", "../x.json", "e!.yml"])
def test_a_study_name_must_serve_as_a_folder(name):
    with pytest.raises(StudyError, match="letters"):
        study_name(Path(name))


DAMAGE = st.one_of(
    st.text(max_size=10),
    st.sampled_from(["\t", ": :", "!!python/name:os.system", "&a [*a]", "2001-99-99", "\x00", "{"]),
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(start=st.integers(0, 1500), length=st.integers(0, 30), damage=DAMAGE)
def test_a_damaged_default_file_is_valid_or_a_sentence(tmp_path, start, length, damage):
    text = (PARAMS / "default.yml").read_text(encoding="utf-8")
    path = tmp_path / "damaged.yml"
    changed = text[:start] + damage + text[start + length :]
    path.write_bytes(changed.encode("utf-8", errors="surrogatepass"))
    try:
        load_parameters(path)
    except StudyError as error:
        assert str(path) in str(error)


@settings(max_examples=200)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from([*Parameters.model_fields, "case", "x"]), inner, max_size=3
            )
        ),
        max_leaves=8,
    )
)
def test_any_content_is_valid_or_a_sentence(tmp_path_factory, content):
    path = write(tmp_path_factory.mktemp("p"), yaml.safe_dump(content))
    try:
        load_parameters(path)
    except StudyError as error:
        assert str(path) in str(error)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("treatment", {"winsorise_or_log": 3}),
        ("normalisation", {"minmax": [1, 100]}),
        ("normalisation", {"minmax_base": 2015}),
        ("normalisation", {"reference": ["Jiangsu", "Shenzhen"]}),
        ("normalisation", {"goalposts": {"mea_dfi": [0, 500]}}),
        ("weights", {"given": {"mea_dfi": 2.5}}),
        ("element_weights", {"given": {"labourers": 1, "means": 2, "objects": 1}}),
        ("aggregation", {"generalised": -1}),
    ],
)
def test_a_choice_that_takes_more_than_a_name_is_kept_as_written(tmp_path, field, value):
    path = write(tmp_path, yaml.safe_dump({"index": {field: value}}))
    for notebook in ("02_definitions", "03_mechanisms"):
        assert load_parameters(path).of(notebook)[field] == value


def test_a_case_cannot_be_left_out_of_its_own_index(tmp_path):
    path = write(tmp_path, "study: {case: Tibet}\n")
    with pytest.raises(StudyError, match=r"case 'Tibet' stands in index\.provinces_left_out"):
        load_parameters(path)
