"""Whole builds that go right, go wrong, and are repaired by the next `make`."""

import json
import shutil

import pytest

from .conftest import one_sentence


def stamps(root):
    return {path: path.stat().st_mtime_ns for path in root.glob("build/notebooks/*")}


def test_a_build_makes_pages_and_leaves_no_process(built_once):
    assert (built_once.root / "build/site/index.html").stat().st_size > 0
    assert built_once.wait_until_alone() == {}


def test_a_second_make_does_nothing_even_where_the_checkout_was_moved(built):
    before = built.bytes_made(), stamps(built.root)
    assert built.make().returncode == 0
    assert (built.bytes_made(), stamps(built.root)) == before


def test_an_edited_notebook_runs_only_itself_and_what_reads_it(built):
    before = stamps(built.root)
    built.write_notebook("04_challenges", "page.record('number', 44, digits=0)")
    result = built.make()
    assert result.returncode == 0, result.stderr
    changed = {path.stem for path in before if path.stat().st_mtime_ns != before[path]}
    assert changed == {"04_challenges", "06_conclusion"}  # the last one reads all facts


def test_an_edit_of_the_last_notebook_runs_it_alone(built):
    before = stamps(built.root)
    built.write_notebook("06_conclusion", "page.record('number', 66, digits=0)")
    assert built.make().returncode == 0
    changed = {path.stem for path in before if path.stat().st_mtime_ns != before[path]}
    assert changed == {"06_conclusion"}


def test_an_edit_while_a_step_runs_is_seen_by_the_next_make(built):
    code = built.root / "src/nqpf/chapters/wording.py"
    code.write_text(code.read_text() + "\nMARK = 4712\n")
    body = (
        "import nqpf.chapters.wording as wording\nfrom pathlib import Path\n"
        "page.record('number', wording.MARK, digits=0)\n"
        "code = Path(wording.__file__)\n"
        # of another length, for Python tells compiled files apart by second and size
        "code.write_text(code.read_text().replace('= 4712', '= 4713  # edited'))"
    )
    built.write_notebook("04_challenges", body)
    facts = built.root / "build/facts/04_challenges.json"
    for value in ("4712", "4713"):
        result = built.make()
        assert result.returncode == 0, result.stderr
        assert value in facts.read_text()


def test_a_new_strategy_runs_the_notebook_on_strategies(built):
    before = stamps(built.root)
    folder = built.root / "params/scenarios"
    shutil.copy(folder / "talent-alone.yml", folder / "mine.yml")
    assert built.make().returncode == 0
    changed = {path.stem for path in before if path.stat().st_mtime_ns != before[path]}
    assert changed == {"05_strategies"}  # the others read its facts, which are the same here


def test_a_changed_cleaning_function_runs_the_data_step_again(built):
    panel = built.root / "data/processed/cities.csv"
    stamp = panel.stat().st_mtime_ns
    cleaning = built.root / "src/nqpf/data/clean.py"
    cleaning.write_text(cleaning.read_text() + "\n# a remark\n")
    assert built.make("data").returncode == 0
    assert panel.stat().st_mtime_ns != stamp


def test_explain_says_why_and_runs_nothing(built):
    before = stamps(built.root)
    built.write_notebook("04_challenges", "page.record('number', 44, digits=0)")
    result = built.make("explain")
    assert result.returncode == 0, result.stderr
    assert "04_challenges.ipynb: Changed" in result.stdout.replace("\n", "")

    code = built.root / "src/nqpf/data/clean.py"
    code.write_text(code.read_text() + "\n# a remark\n")
    result = built.make("explain")
    assert result.returncode == 0, result.stderr
    assert "code of data of study: Changed" in result.stdout
    places = "notebooks/04_challenges.ipynb, src/nqpf/data/clean.py"
    assert f"other than the last complete build left it: {places}\n" in result.stdout
    assert stamps(built.root) == before


def test_a_mistyped_parameter_stops_before_anything_runs(project):
    (project.root / "params/wrong.yml").write_text("index: {wieghts: entropy}\n")
    result = project.make("PARAMS=params/wrong.yml")
    assert result.returncode != 0
    assert "did you mean 'weights'" in result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert not (project.root / "data/processed").exists()


@pytest.mark.parametrize("kind", ["altered", "missing", "extra"])
def test_a_wrong_raw_file_is_named_and_repaired(project, kind):
    path = project.root / "data/raw/international.csv"
    original = path.read_bytes()
    if kind == "altered":
        path.write_bytes(original.replace(b"72.8", b"82.8", 1))
    elif kind == "missing":
        path.unlink()
    else:
        (project.root / "data/raw/mine.csv").write_text("a,b\n")
    result = project.make("data")
    assert result.returncode != 0
    assert ("mine.csv" if kind == "extra" else "international.csv") in result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert not list(project.root.glob("data/processed/*"))

    path.write_bytes(original)
    (project.root / "data/raw/mine.csv").unlink(missing_ok=True)
    assert project.make("data").returncode == 0


def test_a_notebook_that_raises_is_kept_apart_and_never_counts_as_built(prepared):
    prepared.write_notebook("03_mechanisms", "raise ValueError('deliberate')")
    result = prepared.make("nb-03")
    assert result.returncode != 0
    sentence = "error: 03_mechanisms stopped in code cell 3 ('body'): ValueError: deliberate"
    assert sentence in result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert "IPKernelApp" not in result.stdout + result.stderr
    kept = prepared.root / "build/failed/03_mechanisms.ipynb"
    assert "deliberate" in kept.read_text()
    assert not (prepared.root / "build/notebooks/03_mechanisms.ipynb").exists()
    assert not (prepared.root / "build/facts/03_mechanisms.json").exists()
    assert prepared.wait_until_alone() == {}

    prepared.write_notebook("03_mechanisms", "page.record('number', 3, digits=0)")
    assert prepared.make("nb-03").returncode == 0
    assert not kept.exists()
    facts = json.loads((prepared.root / "build/facts/03_mechanisms.json").read_text())
    assert "number" in json.dumps(facts)


def test_a_failed_notebook_does_not_keep_others_from_being_built(built):
    built.write_notebook("03_mechanisms", "raise ValueError('deliberate')")
    built.write_notebook("04_challenges", "page.record('number', 44, digits=0)")
    before = built.bytes_made()
    assert built.make().returncode != 0
    after = built.bytes_made()
    changed = {name for name in before if before[name] != after.get(name)}
    assert "build/facts/04_challenges.json" in changed
    assert not [name for name in changed if "03_mechanisms" in name]


def test_an_exhibit_that_is_declared_but_not_made_is_named(prepared):
    outputs = prepared.root / "notebooks/outputs.yml"
    text = outputs.read_text().replace(
        "02_definitions:\n", "02_definitions:\n  figures: [fig-02-1-ghost]\n"
    )
    outputs.write_text(text)
    result = prepared.make("nb-02")
    assert result.returncode != 0
    assert "missing: fig-02-1-ghost.csv" in result.stderr


def test_a_missing_notebook_is_named(project):
    (project.root / "notebooks/02_definitions.ipynb").unlink()
    assert "notebooks/ lacks 02_definitions.ipynb" in one_sentence(project.make())


def test_a_notebook_that_outputs_do_not_describe_is_named(project):
    outputs = project.root / "notebooks/outputs.yml"
    outputs.write_text(outputs.read_text().replace("02_definitions:", "02_definition:"))
    sentence = one_sentence(project.make())
    assert "notebooks/outputs.yml must describe 02_definitions" in sentence


def test_a_source_file_that_is_no_python_is_named(project):
    (project.root / "src/nqpf/data/clean.py").write_text("def (:\n")
    assert "nqpf/data/clean.py" in one_sentence(project.make())


def test_a_missing_step_file_is_not_taken_for_nothing_to_do(project):
    for path in (project.root / "pipeline").glob("task_*.py"):
        path.unlink()
    result = project.make()
    assert result.returncode != 0
    assert "no step was found" in result.stderr


def test_a_checkout_may_have_a_name_that_pytask_passes_over(built):
    place = built.root.parent / "build"
    shutil.move(built.root, place)
    built.root = place
    built.write_notebook("06_conclusion", "page.record('number', 66, digits=0)")
    assert built.make().returncode == 0
    assert "66" in (place / "build/facts/06_conclusion.json").read_text()


def test_one_notebook_builds_alone(project):
    result = project.make("nb-02")
    assert result.returncode == 0
    assert result.stderr == ""
    made = {path.stem for path in project.root.glob("build/notebooks/*.ipynb")}
    assert made == {"02_definitions"}


def test_an_unknown_notebook_is_named(project):
    assert "there is no notebook '17'" in one_sentence(project.make("nb-17"))


def test_another_case_is_built_beside_the_default_one(built):
    default = built.bytes_made()
    result = built.make("PARAMS=params/jiangsu.yml")
    assert result.returncode == 0, result.stderr
    assert (built.root / "build/jiangsu/site/index.html").exists()
    executed = (built.root / "build/jiangsu/notebooks/02_definitions.ipynb").read_text()
    assert "Jiangsu" in executed
    assert built.bytes_made() == default


def test_clean_removes_what_was_built_and_nothing_else(project):
    def files():
        return sorted(
            path.relative_to(project.root).as_posix()
            for path in project.root.rglob("*")
            if path.is_file() and not {".venv", "__pycache__"} & set(path.parts)
        )

    source = files()
    assert project.make("nb-02").returncode == 0
    made = set(files()) - set(source)
    places = ("build/", "data/processed/", "figures/", "tables/")
    assert all(name.startswith(places) for name in made), made
    assert project.make("clean").returncode == 0
    assert files() == source


def test_an_exhibit_that_is_no_longer_made_is_removed(built):
    stale = [built.root / "figures/fig-04-9-old.svg", built.root / "tables/tab-04-1-old.csv"]
    others = [built.root / "figures/fig-03-1-kept.svg"]
    for path in [*stale, *others]:
        path.parent.mkdir(exist_ok=True)
        path.write_text("old")
    built.write_notebook("04_challenges", "page.record('number', 44, digits=0)")
    result = built.make("nb-04")
    assert result.returncode == 0, result.stderr
    assert not any(path.exists() for path in stale)
    assert all(path.exists() for path in others)
