"""Payments in a database: what the service knows about each of them."""

from datetime import datetime, timedelta, timezone

from sqlalchemy import event, func, select, update
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def _now() -> datetime:
    return datetime.now(timezone.utc)


class Base(DeclarativeBase):
    """Base of the tables."""


class Payment(Base):
    """A payment. The card number and the identity number are never stored."""

    __tablename__ = "payments"

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    payer: Mapped[str] = mapped_column(index=True)
    amount_minor: Mapped[int]
    """In the minor unit of the currency: a float would not keep 0.10."""
    currency: Mapped[str]
    status: Mapped[str] = mapped_column(default="pending")
    created_at: Mapped[datetime] = mapped_column(default=_now)
    settled_at: Mapped[datetime | None]
    receipt_at: Mapped[datetime | None]


class Payments:
    """The repository of payments; each call is its own short transaction."""

    def __init__(self, url: str) -> None:
        self._engine: AsyncEngine = create_async_engine(url)
        self._session = async_sessionmaker(self._engine, expire_on_commit=False)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine.sync_engine, "connect", _let_readers_and_writer_overlap)

    async def create_tables(self) -> None:
        """Creates the tables that are missing."""
        async with self._engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)

    async def close(self) -> None:
        """Closes the connections."""
        await self._engine.dispose()

    async def add(self, payment: Payment) -> None:
        """Stores a new payment."""
        async with self._session.begin() as session:
            session.add(payment)

    async def get(self, payment_id: str) -> Payment | None:
        """The payment of that id."""
        async with self._session() as session:
            return await session.get(Payment, payment_id)

    async def reference_used(self, reference: str) -> bool:
        """Whether a payment with this reference exists."""
        async with self._session() as session:
            query = select(Payment.id).where(Payment.reference == reference)
            return await session.scalar(query) is not None

    async def recent(self, payer: str) -> int:
        """How many payments the payer made in the last minute."""
        since = _now() - timedelta(minutes=1)
        query = select(func.count()).where(Payment.payer == payer, Payment.created_at > since)
        async with self._session() as session:
            return await session.scalar(query) or 0

    async def set_status(self, payment_id: str, status: str) -> None:
        """Records the outcome."""
        await self._update(payment_id, status=status)

    async def mark_settled(self, payment_id: str) -> bool:
        """Records that the mainland called back. False where the payment is not known."""
        return await self._update(payment_id, settled_at=_now())

    async def mark_receipt(self, payment_id: str) -> None:
        """Records that the payer got a receipt."""
        await self._update(payment_id, receipt_at=_now())

    async def _update(self, payment_id: str, **values: str | datetime) -> bool:
        async with self._session.begin() as session:
            statement = update(Payment).where(Payment.id == payment_id).values(**values)
            result = await session.execute(statement.returning(Payment.id))
            return result.first() is not None


def _let_readers_and_writer_overlap(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()
