"""A page that ends early runs and shows nothing after, in a kernel and in the book; a section can be left out of it."""

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from afkast.edition.book import dress

END = "from afkast.report.ending import end_page"


def run(*cells):
    notebook = new_notebook(cells=[new_code_cell(one) for one in cells])
    client = NotebookClient(notebook, kernel_name="python3", shutdown_kernel="immediate")
    return client.execute().cells


def test_the_cells_after_the_end_are_counted_and_do_nothing():
    _, begun, after, last = run('strategy = ""', f"{END}\nx = 1\nend_page()", "1 / 0", "print(x)")
    assert [begun.outputs, after.outputs, last.outputs] == [[], [], []]
    assert [begun.execution_count, after.execution_count, last.execution_count] == [2, 3, 4]


def test_a_notebook_run_again_from_its_beginning_runs():
    *_, again = run('strategy = ""', f"{END}\nend_page()", "x = 1", 'strategy = ""', "print(2)")
    assert again.outputs[0].text == "2\n"


def shows(html, **marks):
    filed = {"id": "slut", "kind": "text", "numbers": {}, "headline": False, "synthetic": False, **marks}
    shown = {"text/html": f'<div class="afkast">{html}</div>'}
    return new_code_cell("", outputs=[new_output("display_data", shown, metadata={"afkast": filed})])


def test_the_book_leaves_out_what_stands_after_the_end():
    end = shows("Under 15.", headline=True, ends=True)
    notebook = new_notebook(
        cells=[new_markdown_cell("# Kurver"), end, new_markdown_cell("## Effekten"), new_code_cell("1")]
    )
    dress(notebook, "Kurver", "", "0" * 64)
    assert [cell.source for cell in notebook.cells if cell.source in ("## Effekten", "1")] == []
    assert "Under 15." in notebook.cells[0].source
    assert nbformat.validate(notebook) is None


def seen(notebook):
    return [cell.source for cell in notebook.cells[1:-1] if "remove-cell" not in cell.metadata.tags]


def test_the_book_is_without_a_section_that_is_left_out_and_has_all_others():
    sources = ["# Side", "## Før", "1", "## Nås målet?", "Målet er.", "### Mere", "2", "## Efter", "3"]
    cells = [new_markdown_cell(one) if one[0] in "#M" else new_code_cell(one) for one in sources]
    cells.insert(5, shows("Intet mål.", leaves_out=True))
    notebook = new_notebook(cells=cells)
    dress(notebook, "Side", "", "0" * 64)
    assert seen(notebook) == ["## Før", "1", "## Efter", "3"]
    # what comes later may rest on the code, which runs where the notebook is run again
    assert [cell.source for cell in notebook.cells if cell.cell_type == "code"] == ["1", "", "2", "3"]


def test_of_a_section_in_another_the_other_stays():
    cells = [new_markdown_cell("# Side"), new_markdown_cell("## Ydre"), new_markdown_cell("### Indre")]
    notebook = new_notebook(cells=[*cells, shows("Intet.", leaves_out=True), new_markdown_cell("### Næste")])
    dress(notebook, "Side", "", "0" * 64)
    assert seen(notebook) == ["## Ydre", "### Næste"]
