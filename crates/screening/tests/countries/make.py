"""Makes the databases that tests read, with the packages mmdb_writer and netaddr. All of it is made up: addresses for documentation."""


from mmdb_writer import MMDBWriter
from netaddr import IPSet
def country(code, name): return {"country": {"geoname_id": 1, "iso_code": code, "names": {"de": name + "-de", "en": name}}}
def write(path, kind, rows):
    writer = MMDBWriter(6, kind, languages=["en"], description={"en": "Made for tests"}, ipv4_compatible=True)
    for networks, value in rows:
        writer.insert_network(IPSet(networks), value)
    writer.to_db_file(path)
write("countries.mmdb", "Test-Country", [
    (["203.0.113.0/25", "2001:db8:1::/48"], country("DE", "Germany")),
    (["203.0.113.128/25"], country("FR", "France")),
    (["198.51.100.0/24"], {"country": {"iso_code": "NZ"}}),
    (["192.0.2.0/28"], {"registered_country": {"iso_code": "US"}}),
])
write("moved.mmdb", "Test-Country", [(["203.0.113.0/24"], country("SE", "Sweden"))])
write("flat.mmdb", "Test-Location", [(["203.0.113.0/24"], {"country": "JP", "country_name": "Japan"}), (["198.51.100.0/24"], {"country": "IN"})])
write("systems.mmdb", "Test-ASN", [(["203.0.113.0/24"], {"autonomous_system_number": 64496})])
