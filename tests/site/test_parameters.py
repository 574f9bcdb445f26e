from nbformat.v4 import new_code_cell, new_notebook

from nqpf.site.parameters import Parameter, is_parameter_cell, parameters_of

DECLARED = """study: str = "default"  # name of the file
peers: list = ["Jiangsu", "Zhejiang"]  # whom it is compared with
draws: int = 999
"""


def cell(source, tag):
    return new_code_cell(source, metadata={"tags": [tag]})


def test_values_beside_defaults_and_meanings():
    injected = "# Parameters\npeers = ['Jiangsu', 'Zhejiang']\ndraws = 99\n"
    content = new_notebook(
        cells=[cell(DECLARED, "parameters"), cell(injected, "injected-parameters")]
    )
    assert parameters_of(content) == [
        Parameter("study", "'default'", "", "name of the file"),
        Parameter("peers", "['Jiangsu', 'Zhejiang']", "", "whom it is compared with"),
        Parameter("draws", "99", "999", ""),
    ]


def test_without_injection_the_defaults_are_what_it_ran_with():
    content = new_notebook(cells=[cell(DECLARED, "parameters")])
    assert [one.value for one in parameters_of(content)] == [
        "'default'",
        "['Jiangsu', 'Zhejiang']",
        "999",
    ]


def test_a_parameter_that_is_not_declared_comes_last():
    content = new_notebook(
        cells=[cell("a: int = 1", "parameters"), cell("b = 2", "injected-parameters")]
    )
    assert [one.name for one in parameters_of(content)] == ["a", "b"]


def test_a_hash_inside_text_is_no_comment():
    content = new_notebook(cells=[cell('colour: str = "#ff0000"  # of lines', "parameters")])
    assert parameters_of(content) == [Parameter("colour", "'#ff0000'", "", "of lines")]


def test_no_parameters():
    plain = new_code_cell("x = 1")
    assert parameters_of(new_notebook(cells=[plain])) == []
    assert not is_parameter_cell(plain)
