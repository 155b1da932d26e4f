"""Fixers of our own, for the converter's ``fix_<name>.Fix<Name>`` naming."""
