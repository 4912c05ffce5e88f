"""Reports and replays of all runs, beside the graphs: http://127.0.0.1:2024/automem/"""

from automem_graph.episodes.desks import RUNS
from automem_graph.report.beside import make_pages

app = make_pages(RUNS)
