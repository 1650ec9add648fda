"""A page that ends early runs and shows nothing after, in a kernel and in the book."""

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


def test_the_book_leaves_out_what_stands_after_the_end():
    html = '<div class="afkast">Under 15.</div>'
    filed = {
        "afkast": {"id": "slut", "kind": "text", "numbers": {}, "headline": True, "ends": True, "synthetic": False}
    }
    end = new_code_cell("", outputs=[new_output("display_data", {"text/html": html}, metadata=filed)])
    notebook = new_notebook(
        cells=[new_markdown_cell("# Kurver"), end, new_markdown_cell("## Effekten"), new_code_cell("1")]
    )
    dress(notebook, "Kurver", "", "0" * 64)
    assert [cell.source for cell in notebook.cells if cell.source in ("## Effekten", "1")] == []
    assert "Under 15." in notebook.cells[0].source
    assert nbformat.validate(notebook) is None
