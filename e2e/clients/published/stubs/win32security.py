"""Stands for the module of pywin32 that packages ask for a hardware id: a user's SID."""

SID = "S-1-5-21-2004336348-1177238915-682003330-1001"


def LookupAccountName(system, account):
    return (account, "DOMAIN", 1)


def ConvertSidToStringSid(sid):
    return SID
