"""Wires adapters to the ports of the worker."""

import random
from operator import eq

from dependency_injector import containers, providers

from adapters.mail.files import FileMailer
from adapters.mail.mail_templates import JinjaMailTemplates
from adapters.mail.smtp import SmtpMailer
from adapters.postgres.citus.unit_of_work import CitusUnitOfWorkFactory
from adapters.postgres.engine import make_engine
from adapters.postgres.maintenance.backlogs import read_backlogs
from adapters.postgres.reader import Reader
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from adapters.security.secrets import new_mail_token
from adapters.system import SystemClock, new_id
from adapters.telemetry.metrics.worker import WorkerMetrics
from adapters.webhooks.sender import HttpWebhookSender
from adapters.worker.worker import DATABASE_THREADS, Worker
from application.ports.clock import Clock
from application.ports.mailer import Mailer
from application.worker_use_cases import build_worker_use_cases
from entrypoints.settings import CITUS, MailSettings, WorkerSettings


def make_mailer(settings: MailSettings, clock: Clock) -> Mailer | None:
    if settings.server:
        return SmtpMailer(settings.server, settings.sender, clock)
    if settings.directory:
        return FileMailer(settings.directory, settings.sender, clock)
    return None


class WorkerContainer(containers.DeclarativeContainer):
    """One worker: `WorkerContainer(settings=...).worker()`."""

    settings: providers.Dependency[WorkerSettings] = providers.Dependency(
        instance_of=WorkerSettings
    )

    engine = providers.Singleton(
        make_engine,
        settings.provided.database_url,
        pool_size=DATABASE_THREADS + 1,  # one for the metrics
        timeouts=settings.provided.database_timeouts,
        is_autocommit=True,
        is_pooled=settings.provided.is_database_pooled,
        is_citus=providers.Callable(eq, settings.provided.database_type, CITUS),
    )
    clock = providers.Singleton(SystemClock)
    metrics = providers.Singleton(WorkerMetrics)
    reader = providers.Singleton(Reader, engine)
    backlogs = providers.Callable(read_backlogs, reader, clock)
    use_cases = providers.Singleton(
        build_worker_use_cases,
        new_work=providers.Selector(
            settings.provided.database_type,
            postgresql=providers.Singleton(PostgresUnitOfWorkFactory, engine),
            citus=providers.Singleton(CitusUnitOfWorkFactory, engine),
        ),
        clock=clock,
        new_id=providers.Object(new_id),
        new_mail_token=providers.Object(new_mail_token),
        templates=providers.Singleton(JinjaMailTemplates, settings.provided.mail.app_url),
        jitter=providers.Object(random.random),
        metrics=metrics,
        is_mailing=settings.provided.mail.is_mailing,
    )
    worker = providers.Factory(
        Worker,
        use_cases,
        providers.Singleton(
            HttpWebhookSender,
            allows_private_networks=settings.provided.webhooks_allow_private_networks,
        ),
        providers.Singleton(make_mailer, settings.provided.mail, clock),
        clock,
    )
