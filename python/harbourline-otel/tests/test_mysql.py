"""MySQL's drivers on a real MariaDB: spans that name the server, and carry no value."""

import pytest
import servers
from conftest import Agent, Service, as_dict

pytest.importorskip("pymysql")
pytest.importorskip("asyncmy")

mariadb = servers.shared(servers.mariadb)
statements = """
CREATE = "CREATE OR REPLACE TABLE payments (id VARCHAR(20) PRIMARY KEY)"
INSERT = "INSERT INTO payments VALUES ('hunter2')"
"""
drivers = {
    "pymysql": """
import pymysql
db = pymysql.connect(host="127.0.0.1", port=PORT, user="root", database="pay")
cursor = db.cursor()
cursor.execute(CREATE)
cursor.execute("INSERT INTO payments VALUES (%s)", ["hunter2"])
try: cursor.execute(INSERT)
except pymysql.err.IntegrityError as error: assert "hunter2" in str(error)
""",
    "mysql-connector": """
import mysql.connector
db = mysql.connector.connect(host="127.0.0.1", port=PORT, user="root", database="pay")
cursor = db.cursor()
cursor.execute(CREATE)
cursor.execute("INSERT INTO payments VALUES (%s)", ["hunter2"])
try: cursor.execute(INSERT)
except mysql.connector.IntegrityError as error: assert "hunter2" in str(error)
""",
}
engines = """
import asyncio, sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine
async def main():
    engine = create_async_engine("mysql+DRIVER://root@127.0.0.1:PORT/pay")
    async with engine.begin() as db: await db.execute(sqlalchemy.text(CREATE))
    insert = sqlalchemy.text("INSERT INTO payments VALUES (:id)")
    async with engine.begin() as db: await db.execute(insert, {"id": "hunter2"})
    try:
        async with engine.begin() as db: await db.execute(sqlalchemy.text(INSERT))
    except sqlalchemy.exc.IntegrityError as error: assert "hunter2" in str(error)
    await engine.dispose()
asyncio.run(main())
"""
# OpenTelemetry has no instrumentation of these two: SQLAlchemy's makes their spans.
drivers |= {name: engines.replace("DRIVER", name) for name in ("aiomysql", "asyncmy")}


@pytest.mark.parametrize("messages", ["", "exception.message"])
@pytest.mark.parametrize("driver", drivers)
def test_spans_name_the_server_and_carry_no_value(
    service: Service, agent: Agent, mariadb: int, driver: str, messages: str
) -> None:
    script = statements + drivers[driver].replace("PORT", str(mariadb))
    service.instrumented(script, HARBOURLINE_ALLOWED_KEYS=messages)
    spans = [(span, as_dict(list(span.attributes))) for span in agent.spans if span.kind == 3]
    queries = [each for each in spans if "INSERT" in str(each[1])]
    assert len(queries) == 2 and queries[1][0].status.code == 2
    for _, attributes in queries:
        assert attributes["server.address"] == "127.0.0.1"
        assert attributes["db.system.name"] in ("mysql", "mariadb")
    assert "hunter2" not in str(agent.traces)
