"""What one question to a language model costs this process beside the waiting: CPU time and memory.

Run with ``python -m benchmarks.language_model [--calls 600] [--rounds 3]``. The model server of the tests
answers at once, in a process of its own; this process asks at concurrency 1 and 32, each question with
another post, a structured answer, budgets and a record in memory. Two rivals send the same: the `openai`
package with its own structured output, and the package as it is used here but without anything around it, so
that what is ours is seen apart. Kinds of load take turns in each round, and the median round is told.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import statistics
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection

from openai import AsyncOpenAI
from pydantic import BaseModel, SecretStr
from rich.table import Table

from benchmarks import wide_console
from tests.model_server import KEY, running
from writers.clock import HOUR_MS, SystemClock
from writers.llm import ExchangeList, ModelDesk, ModelSettings, StageModel
from writers.llm.endpoint import Endpoint
from writers.llm.prices import Price
from writers.llm.prompts import PromptText
from writers.llm.schema import strict_schema

POST = "The bridge over the river has had 12 arches since 1911, says nobody but me. " * 4
PROMPT = PromptText("claim", "v1", "You judge whether a post makes a claim that can be checked.", "{{post}}")


class Verdict(BaseModel):
    checkable: bool
    why: str


def serve(ready: Connection) -> None:
    """The model server, until the other end of the pipe says enough."""
    with running() as server:
        ready.send(server.base_url)
        ready.recv()


async def ours(base_url: str, calls: int, at_once: int) -> None:
    clock = SystemClock()
    price = Price.model_validate({"input": 1, "output": 2})
    chosen = StageModel(model="small", base_url=base_url, key_variable="KEY", price=price)
    settings = ModelSettings(models={"default": chosen}, concurrency=at_once)
    async with ModelDesk.live(settings, {"KEY": KEY}, clock=clock, logs=[ExchangeList()]) as desk:

        async def ask(number: int) -> None:
            model = desk.for_post(number, deadline_ms=clock.now_ms() + HOUR_MS)
            prompt = PROMPT.fill(post=f"{POST} {number}")
            await model.ask(stage="claim", prompt=prompt, answer=Verdict)

        await _spread(ask, calls, at_once)


async def endpoint_alone(base_url: str, calls: int, at_once: int) -> None:
    endpoint = Endpoint(base_url, SecretStr(KEY), clock=SystemClock(), concurrency=at_once)
    form = {"name": "claim", "schema": strict_schema(Verdict), "strict": True}

    async def ask(number: int) -> None:
        body = {
            "model": "small",
            "messages": [
                {"role": "system", "content": PROMPT.system},
                {"role": "user", "content": f"{POST} {number}"},
            ],
            "response_format": {"type": "json_schema", "json_schema": form},
        }
        await endpoint.chat(body, timeout_s=60)

    await _spread(ask, calls, at_once)
    await endpoint.close()


async def bare(base_url: str, calls: int, at_once: int) -> None:
    async with AsyncOpenAI(base_url=base_url, api_key=KEY, max_retries=0) as client:

        async def ask(number: int) -> None:
            await client.chat.completions.parse(
                model="small",
                messages=[
                    {"role": "system", "content": PROMPT.system},
                    {"role": "user", "content": f"{POST} {number}"},
                ],
                response_format=Verdict,
            )

        await _spread(ask, calls, at_once)


async def _spread(ask: Callable[[int], Awaitable[None]], calls: int, at_once: int) -> None:
    numbers = iter(range(calls))

    async def worker() -> None:
        for number in numbers:
            await ask(number)

    await asyncio.gather(*(worker() for _ in range(at_once)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=serve, args=(there,))
    server.start()
    try:
        base_url = here.recv()
        figures = _measured(base_url, arguments.calls, arguments.rounds)
        here.send(None)
    finally:
        server.join(timeout=10)
        server.kill()
    table = Table("asked by", "at once", "own CPU, ms a call", "calls a second")
    for (name, at_once), rounds in figures.items():
        cpu = statistics.median(cpu for cpu, _ in rounds)
        wall = statistics.median(wall for _, wall in rounds)
        table.add_row(name, str(at_once), f"{1000 * cpu:.2f}", f"{1 / wall:.0f}")
    console = wide_console()
    console.print(table)
    console.print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _measured(base_url: str, calls: int, rounds: int) -> dict[tuple[str, int], list[tuple[float, float]]]:
    """CPU and wall seconds a call, of each round."""
    kinds = {"this project": ours, "its endpoint alone": endpoint_alone, "openai alone": bare}
    figures: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for number in range(rounds + 1):
        for name, run in kinds.items():
            for at_once in (1, 32):
                cpu, wall = time.process_time(), time.perf_counter()
                asyncio.run(run(base_url, calls, at_once))
                took = ((time.process_time() - cpu) / calls, (time.perf_counter() - wall) / calls)
                if number:  # the first round warms up
                    figures.setdefault((name, at_once), []).append(took)
    return figures


if __name__ == "__main__":
    main()
