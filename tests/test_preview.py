"""A page in the browser, and again when what it is made of changes."""

import re
import time
import urllib.request
from threading import Event, Thread

from test_changes import READS, project, published, write_notebook

from afkast.edition.preview import preview

__all__ = ["project", "published"]


def asked(address):
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read().decode()


def test_a_page_is_shown_and_again_when_its_notebook_changes_and_why_it_fails(project):
    told, addresses, ended = [], [], Event()
    thread = Thread(target=preview, args=(project, "alfa", "", told.append, addresses.append, ended))
    thread.start()
    try:

        def until(number):
            while len(told) < number and thread.is_alive():
                time.sleep(0.05)
            return asked(re.search(r"http://127\.0\.0\.1:\d+/side\.html", " ".join([*told, *addresses]))[0])

        first = until(1)
        assert "Der er brugt" in first and told[0].startswith("alfa/side at http://127.0.0.1:")
        write_notebook(project, READS.replace("Der er brugt", "Der er anvendt"))
        assert "Der er anvendt" in until(2)
        write_notebook(project, f"{READS}\n1 / 0")
        assert "page alfa/side, notebook maaler, cell" in until(3) and "ZeroDivisionError" in told[2]
    finally:
        ended.set()
        thread.join()
    assert len(addresses) == 1
