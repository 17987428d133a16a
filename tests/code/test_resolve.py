"""Which calls are calls of a model, however the client got there, and what is known of each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from whowaits.code.site import Site

Find = Callable[..., list[Site]]

CREATE = 'chat.completions.create(model="gpt-4o-mini", messages=m)'


def places(sites: list[Site]) -> list[str]:
    return [f"{s.path}:{s.line}" for s in sites]


@pytest.mark.parametrize(
    "text",
    [
        f"from openai import OpenAI\nc = OpenAI()\nc.{CREATE}\n",
        f"import openai as oa\noa.OpenAI().{CREATE}\n",
        f"import openai\nopenai.{CREATE}\n",
        f"try:\n    from openai import OpenAI\nexcept ImportError:\n    OpenAI = None\nOpenAI().{CREATE}\n",
        f"def f():\n    from openai import OpenAI as O\n    return O().{CREATE}\n",
        f"from openai import *\nOpenAI().{CREATE}\n",
        f"from openai import OpenAI\n\nclass A:\n    def __init__(self):\n        self.llm = OpenAI()\n\n    def f(self):\n        self.llm.{CREATE}\n",
        f"from openai import OpenAI\n\nclass A:\n    llm = OpenAI()\n\n    def f(self):\n        self.llm.{CREATE}\n",
        f"from openai import OpenAI\nfrom dataclasses import dataclass\n\n@dataclass\nclass A:\n    llm: OpenAI\n\n    def f(self):\n        self.llm.{CREATE}\n",
        f"from openai import OpenAI\n\ndef f(thing: OpenAI):\n    thing.{CREATE}\n",
        f"from openai import OpenAI\n\ndef f(thing: 'OpenAI | None' = None):\n    thing.{CREATE}\n",
        f"from typing import Optional\nfrom openai import OpenAI\n\ndef f(thing: Optional[OpenAI]):\n    thing.{CREATE}\n",
        f"from openai import OpenAI\n\ndef f(thing):\n    thing.{CREATE}\n\nf(OpenAI())\n",
        f"from openai import OpenAI\n\ndef f(*, thing):\n    thing.{CREATE}\n\nf(thing=OpenAI())\n",
        f"from openai import OpenAI\n\ndef f(thing=OpenAI()):\n    thing.{CREATE}\n",
        f"from openai import OpenAI\n\ndef make():\n    return OpenAI()\n\nmake().{CREATE}\n",
        f"import functools\nfrom openai import OpenAI\n\n@functools.lru_cache\ndef make():\n    return OpenAI()\n\nc = make()\nc.{CREATE}\n",
        f"from openai import OpenAI\n\nclass A:\n    @property\n    def llm(self):\n        return OpenAI()\n\n    def f(self):\n        self.llm.{CREATE}\n",
        f"from openai import OpenAI\nwith OpenAI() as c:\n    c.{CREATE}\n",
        f"from openai import AsyncOpenAI\nasync def f():\n    async with AsyncOpenAI() as c:\n        await c.{CREATE}\n",
        f"from openai import OpenAI, AzureOpenAI\nc = OpenAI() if x else AzureOpenAI()\nc.{CREATE}\n",
        f"from openai import OpenAI\nc = given or OpenAI()\nc.{CREATE}\n",
        f"from openai import OpenAI\na, c = 1, OpenAI()\nc.{CREATE}\n",
        f"from openai import OpenAI\n\ndef pair():\n    return 'x', OpenAI()\n\n_, c = pair()\nc.{CREATE}\n",
        f"from openai import OpenAI\nclients = [OpenAI(api_key=k) for k in keys]\nfor c in clients:\n    c.{CREATE}\n",
        f"import itertools\nfrom openai import OpenAI\nring = itertools.cycle([OpenAI()])\nnext(ring).{CREATE}\n",
        f"from openai import OpenAI\nclients = {{'a': OpenAI()}}\nclients['a'].{CREATE}\n",
        f"from openai import OpenAI\nclients = {{}}\nclients[name] = OpenAI()\nclients[other].{CREATE}\n",
        f"from openai import OpenAI\nOpenAI().with_options(timeout=3).{CREATE}\n",
        "from openai import OpenAI\ncreate = OpenAI().chat.completions.create\ncreate(model='gpt-4o', messages=m)\n",
        "from openai import OpenAI\nask = getattr(OpenAI().chat.completions, 'create')\nask(model='gpt-4o', messages=m)\n",
        "from openai import OpenAI\ngetattr(OpenAI().chat, which).create(model='gpt-4o', messages=m)\n",
        "import functools\nfrom openai import OpenAI\nask = functools.partial(OpenAI().chat.completions.create, model='x')\nask(messages=m)\n",
        f"from openai import OpenAI\n\nclass Base:\n    def __init__(self):\n        self.llm = OpenAI()\n\nclass A(Base):\n    def f(self):\n        self.llm.{CREATE}\n",
        f"from openai import OpenAI\n\nclass Base:\n    def f(self):\n        self.llm.{CREATE}\n\nclass A(Base):\n    def __init__(self):\n        self.llm = OpenAI()\n",
        f"from openai import OpenAI\n\nclass Mine(OpenAI):\n    pass\n\nMine().{CREATE}\n",
        f"import openai\n\ndef f(anything):\n    anything.{CREATE}\n",
        f"def library(client, m):\n    client.{CREATE}\n",
        f"global_name = None\n\ndef init():\n    global global_name\n    from openai import OpenAI\n    global_name = OpenAI()\n\ndef f():\n    global_name.{CREATE}\n",
    ],
)
def test_a_client_is_followed_to_its_call(find: Find, text: str) -> None:
    sites = find({"a.py": text})
    assert [s.rule.kind for s in sites] == ["chat"]
    assert {s.provider for s in sites} <= {"openai", "azure"}


@pytest.mark.parametrize(
    "tree",
    [
        {"llm.py": "from openai import OpenAI\nc = OpenAI()\n", "job.py": f"import llm\nllm.c.{CREATE}\n"},
        {"llm.py": "from openai import OpenAI\nc = OpenAI()\n", "job.py": f"from llm import *\nc.{CREATE}\n"},
        {
            "app/__init__.py": "from .core import c\n",
            "app/core.py": "from openai import OpenAI\nc = OpenAI()\n",
            "job.py": f"from app import c as client\nclient.{CREATE}\n",
        },
        {
            "app/__init__.py": "",
            "app/llm/__init__.py": "",
            "app/llm/openai.py": "from openai import OpenAI\n\n\ndef client():\n    return OpenAI()\n",
            "app/jobs/__init__.py": "",
            "app/jobs/a.py": f"from ..llm.openai import client\nclient().{CREATE}\n",
        },
        {
            "src/pkg/__init__.py": "",
            "src/pkg/llm.py": "from openai import OpenAI\nc = OpenAI()\n",
            "scripts/job.py": f"import pkg.llm\npkg.llm.c.{CREATE}\n",
        },
        {
            "service/lib/llm.py": "from openai import OpenAI\nc = OpenAI()\n",
            "service/job.py": f"from lib.llm import c\nc.{CREATE}\n",
        },
    ],
)
def test_a_client_is_followed_through_imports(find: Find, tree: dict[str, str]) -> None:
    assert [s.call for s in find(tree)] == ["openai.OpenAI.chat.completions.create"]


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("import openai\nopenai.ChatCompletion.create(model='gpt-4')\n", "openai.ChatCompletion.create"),
        ("from litellm import completion as go\ngo(model='x')\n", "litellm.completion"),
        ("import boto3\nboto3.client('bedrock-runtime').converse(modelId='m')\n", "boto3.client.converse"),
        (
            "import boto3\ns = boto3.Session()\nb = s.client(service_name='bedrock-runtime')\nb.invoke_model(modelId='m')\n",
            "boto3.Session.client.invoke_model",
        ),
        (
            "import instructor\nfrom openai import OpenAI\nc = instructor.from_openai(OpenAI())\nc.chat.completions.create(model='m')\n",
            "instructor.from_openai.chat.completions.create",
        ),
        (
            "from langchain_openai import ChatOpenAI\nllm = ChatOpenAI()\n(prompt | llm | parser).invoke(x)\n",
            "langchain_openai.ChatOpenAI.invoke",
        ),
        (
            "from langchain_openai import ChatOpenAI\nc = prompt | ChatOpenAI().with_structured_output(S)\nc.batch(x)\n",
            "langchain_openai.ChatOpenAI.batch",
        ),
        (
            "from langchain.chat_models.openai import ChatOpenAI\nChatOpenAI().invoke(x)\n",
            "langchain.chat_models.openai.ChatOpenAI.invoke",
        ),
        (
            "import google.generativeai as genai\nchat = genai.GenerativeModel('gemini').start_chat()\nchat.send_message(x)\n",
            "google.generativeai.GenerativeModel.start_chat.send_message",
        ),
        (
            "from google import genai\ngenai.Client().models.generate_content(model='m')\n",
            "google.genai.Client.models.generate_content",
        ),
        ("import dspy\np = dspy.Predict('a -> b')\np(a=1)\n", "dspy.Predict"),
        (
            "import asyncio\nfrom openai import OpenAI\nasyncio.to_thread(OpenAI().responses.create, model='m')\n",
            "openai.OpenAI.responses.create",
        ),
    ],
)
def test_calls_of_other_shapes_are_named_as_resolved(find: Find, text: str, call: str) -> None:
    assert [s.call for s in find({"a.py": text})] == [call]


@pytest.mark.parametrize(
    "text",
    [
        "from twilio.rest import Client\nClient().messages.create(body='x', to='y')\n",
        "import docker\ndocker.from_env().containers.create('x')\n",
        "from openai import OpenAI\nOpenAI().models.list()\n",
        "from openai import OpenAI\nOpenAI().batches.retrieve('x')\n",
        "import anthropic\nanthropic.Anthropic().messages.count_tokens(model='m')\n",
        "import openai\n\n\ndef f(notion):\n    notion.pages.create(parent=1)\n",
        "from langchain_core.prompts import ChatPromptTemplate\nChatPromptTemplate.from_template('x').invoke({})\n",
        "from langchain_core.output_parsers import StrOutputParser\nStrOutputParser().invoke(x)\n",
        "import requests\nrequests.post('https://api.telegram.org/bot1/sendMessage', json={'text': 'x'})\n",
        "import requests\nrequests.get('https://api.openai.com/v1/chat/completions')\n",
        "class Model:\n    def create(self, model, messages):\n        pass\n\nModel().create(model='gpt', messages=[])\n",
        f"import openai\n\n\nclass chat:\n    class completions:\n        @staticmethod\n        def create(**kw):\n            pass\n\n\nclass A:\n    chat = chat\n\n\nA.{CREATE}\n",
        "# client.chat.completions.create(model='x', messages=[])\n",
        "s = 'client.chat.completions.create(model=1, messages=2)'\n",
    ],
)
def test_what_is_no_call_of_a_model_is_not_listed(find: Find, text: str) -> None:
    assert [s for s in find({"a.py": text}) if s.kind != "count_tokens"] == []


@pytest.mark.parametrize(
    ("made", "provider", "self_hosted"),
    [
        ("OpenAI()", "openai", False),
        ("AzureOpenAI()", "azure", False),
        ("OpenAI(base_url='http://localhost:8000/v1')", "self_hosted", True),
        ("OpenAI(base_url=HOST)", "groq", False),
        ("OpenAI(base_url=os.environ.get('BASE', 'https://api.together.xyz/v1'))", "together", False),
        ("OpenAI(**{'base_url': 'https://openrouter.ai/api/v1'})", "openrouter", False),
        ("OpenAI(base_url=somewhere())", "openai", False),
    ],
)
def test_who_is_paid_is_told_by_the_address(find: Find, made: str, provider: str, self_hosted: bool) -> None:
    head = "import os\nfrom openai import OpenAI, AzureOpenAI\nHOST = 'https://api.groq.com/openai/v1'\n"
    (site,) = find({"a.py": f"{head}c = {made}\nc.{CREATE}\n"})
    assert (site.provider, site.self_hosted) == (provider, self_hosted)


@pytest.mark.parametrize(
    ("model", "provider"),
    [("'anthropic/claude-3'", "anthropic"), ("'ollama/llama3'", "self_hosted"), ("'gpt-4o'", "openai"), ("name", None)],
)
def test_who_is_paid_is_told_by_the_model_where_the_sdk_serves_many(
    find: Find, model: str, provider: str | None
) -> None:
    (site,) = find({"a.py": f"import litellm\nlitellm.completion(model={model}, messages=m)\n"})
    assert site.provider == provider


def test_an_address_set_on_the_module_counts_in_its_file(find: Find) -> None:
    text = "import openai\nopenai.api_base = 'http://localhost:1234/v1'\nopenai.ChatCompletion.create(model='m')\n"
    (site,) = find({"a.py": text})
    assert site.provider == "self_hosted"


@pytest.mark.parametrize(
    ("argument", "model"),
    [
        ("model='gpt-4o'", "gpt-4o"),
        ("model=MODEL", "gpt-4o-mini"),
        ("model=Config.model", "o3"),
        ("**options", "gpt-4.1"),
        ("model=pick()", None),
    ],
)
def test_the_model_is_known_where_it_is_one_literal(find: Find, argument: str, model: str | None) -> None:
    head = "from openai import OpenAI\nMODEL = 'gpt-4o-mini'\noptions = {'model': 'gpt-4.1'}\n\n\nclass Config:\n    model = 'o3'\n\n\n"
    (site,) = find({"a.py": f"{head}OpenAI().chat.completions.create({argument}, messages=m)\n"})
    assert site.model == model


def test_keywords_come_with_short_literals_and_from_dictionaries_too(find: Find) -> None:
    text = (
        "from openai import OpenAI\n\n\ndef f(m, text):\n    args = {'stream': False}\n    args['stream'] = True\n"
        "    OpenAI().responses.create(model='gpt-4o', input='a whole sentence', n=2, **args)\n"
    )
    (site,) = find({"a.py": text})
    assert site.keywords == {"model": "gpt-4o", "input": None, "n": 2, "stream": None}


def test_keywords_that_a_caller_passes_through_are_seen(find: Find) -> None:
    text = (
        "from openai import OpenAI\n\n\ndef ask(text, **kw):\n    return OpenAI().responses.create(input=text, **kw)\n\n\n"
        "ask('x', model='gpt-4o', stream=True)\n"
    )
    (site,) = find({"a.py": text})
    assert (site.model, site.keywords["stream"]) == ("gpt-4o", True)


@pytest.mark.parametrize(
    ("call", "tier"),
    [
        ("responses.create(model='m', input=x)", "standard"),
        ("responses.create(model='m', input=x, service_tier='flex')", "flex"),
        ("responses.create(model='m', input=x, service_tier='priority')", "priority"),
        ("responses.create(**{'model': 'm', 'input': x, 'service_tier': 'flex'})", "flex"),
        ("batches.create(input_file_id=f, endpoint=e, completion_window='24h')", "batch"),
    ],
)
def test_the_tier_is_told_by_the_call(find: Find, call: str, tier: str) -> None:
    (site,) = find({"a.py": f"from openai import OpenAI\nOpenAI().{call}\n"})
    assert site.tier == tier


@pytest.mark.parametrize(
    ("text", "provider", "kind"),
    [
        ("requests.post('https://api.openai.com/v1/embeddings', json=b)", "openai", "embedding"),
        ("requests.post(url=BASE + '/messages', json=b)", "anthropic", "chat"),
        ("requests.post(f'{BASE}/messages', json=b)", "anthropic", "chat"),
        ("requests.request('POST', 'https://api.mistral.ai/v1/chat/completions', json=b)", "mistral", "chat"),
        ("requests.Session().post('https://api.groq.com/openai/v1/chat/completions')", "groq", "chat"),
        ("httpx.Client(base_url='https://api.openai.com/v1').post('/responses', json=b)", "openai", "responses"),
        ("requests.post(f'{host}/v1/chat/completions', json=b)", None, "chat"),
        ("requests.post(unknown, json={'model': 'm', 'messages': []})", None, "chat"),
        ("requests.post(f'{host}/v1/completions', json={'prompt': x})", "self_hosted", "completion"),
        ("requests.post(f'{host}/v1/completions', json={'prompt': x, **more})", None, "completion"),
        ("requests.post(f'{host}/v1/completions', json={'prompt': x, 'model': m})", None, "completion"),
    ],
)
def test_raw_requests_count_by_their_address_or_body(find: Find, text: str, provider: str | None, kind: str) -> None:
    head = "import httpx\nimport requests\nBASE = 'https://api.anthropic.com/v1'\n"
    (site,) = find({"a.py": f"{head}{text}\n"})
    assert (site.provider, site.kind) == (provider, kind)


def test_a_url_in_an_attribute_is_found_from_the_default_of_the_constructor(find: Find) -> None:
    text = (
        "import requests\n\n\nclass A:\n    def __init__(self, url='https://api.openai.com/v1/responses'):\n"
        "        self.url = url\n\n    def ask(self):\n        return requests.post(self.url)\n"
    )
    assert [s.provider for s in find({"a.py": text})] == ["openai"]


def test_calling_a_decorated_function_is_the_call(find: Find) -> None:
    text = "from mirascope import llm\n\n\n@llm.call('openai:gpt-4o')\ndef ask(x): ...\n\n\nask('x')\n"
    assert places(find({"a.py": text})) == ["a.py:8"]


def test_doubles_that_tests_pass_say_nothing_about_the_code(find: Find) -> None:
    tree = {
        "lib.py": f"import openai\n\n\ndef ask(client, m):\n    return client.{CREATE}\n",
        "tests/test_lib.py": "from lib import ask\n\n\nclass Fake:\n    chat = None\n\n\ndef test_ask():\n    ask(Fake(), [])\n",
    }
    assert places(find(tree)) == ["lib.py:5"]


def test_what_a_function_passes_back_is_what_this_call_gave_it(find: Find) -> None:
    text = (
        f"import openai\n\n\ndef same(x):\n    return x\n\n\nclient = same(openai.OpenAI())\nother = same(3)\n"
        f"client.{CREATE}\nother.{CREATE}\n"
    )
    calls = {s.line: s.call for s in find({"a.py": text})}
    assert calls[10] == "openai.OpenAI.chat.completions.create"
    assert calls.get(11) != calls[10]


def test_a_circle_of_definitions_comes_to_an_end(find: Find) -> None:
    text = f"import openai\n\n\ndef a(x):\n    return b(x)\n\n\ndef b(x):\n    return a(x) or openai.OpenAI()\n\n\na(a(b)).{CREATE}\n"
    assert places(find({"a.py": text})) == ["a.py:12"]


def test_a_long_chain_of_definitions_is_no_crash(find: Find) -> None:
    steps = "".join(f"def f{n}(x):\n    return f{n + 1}(x)\n\n\n" for n in range(400))
    text = f"import openai\n\n\n{steps}def f400(x):\n    return openai.OpenAI()\n\n\nf0(1).{CREATE}\n"
    assert len(find({"a.py": text})) == 1


def test_lines_and_columns_are_those_of_the_whole_expression(find: Find) -> None:
    (site,) = find({"a.py": "import openai\nx = [\n    openai.responses.create(\n        model='m',\n    )\n]\n"})
    assert (site.line, site.end_line, site.column, site.function) == (3, 5, 5, "<module>")
