"""Ask a Saring service from Python: ``pip install 'saring[client]'``; no model is opened here."""

from saring.client.answers import Correction, ServedModel
from saring.client.client import Client
from saring.client.connection import ClientError

__all__ = ["Client", "ClientError", "Correction", "ServedModel"]
