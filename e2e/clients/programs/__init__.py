"""Programs written from the protocol's description, one module for each version of the Client API."""

from . import v1_0, v1_1, v1_2, v1_3

ALL = [v1_0.Program, v1_1.Program, v1_2.Program, v1_3.Program, v1_3.Keyed]
