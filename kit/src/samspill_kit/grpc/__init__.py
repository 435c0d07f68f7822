"""Calls between services: mutual TLS, passports, deadlines, validation and errors with codes."""

from samspill_kit.grpc.call import Call
from samspill_kit.grpc.client import Channel
from samspill_kit.grpc.guard import Passport
from samspill_kit.grpc.server import GrpcServer
from samspill_kit.grpc.tls import Tls

__all__ = ["Call", "Channel", "GrpcServer", "Passport", "Tls"]
