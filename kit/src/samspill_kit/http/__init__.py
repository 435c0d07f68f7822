"""What a service that speaks HTTP shares: problem documents, request ids, the server itself."""

from samspill_kit.http.problems import (
    STATUS_OF_KIND,
    Problem,
    install_problems,
    problem_document,
    status_of,
)
from samspill_kit.http.request_ids import RequestIds, request_id_of
from samspill_kit.http.server import HttpServer

__all__ = [
    "STATUS_OF_KIND",
    "HttpServer",
    "Problem",
    "RequestIds",
    "install_problems",
    "problem_document",
    "request_id_of",
    "status_of",
]
