"""Attribute names of spans, as instrumentations write them -> canonical columns. Older names stand after newer ones."""

from __future__ import annotations

from typing import Final

_KINDS: Final = ("INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
KINDS: Final = {str(number): name for number, name in enumerate(_KINDS, start=1)} | {
    f"SPAN_KIND_{name}": name for name in _KINDS
}
CALL_OPERATIONS: Final = frozenset(
    {"chat", "generate_content", "text_completion", "completion", "embeddings", "embedding", "rerank", "responses"}
)
NAMES: Final[dict[str, str]] = {
    "gen_ai.response.id": "call_id",
    "ai.response.id": "call_id",
    "gen_ai.provider.name": "provider",
    "gen_ai.system": "provider",
    "llm.provider": "provider",
    "llm.system": "provider",
    "gen_ai.request.model": "model_requested",
    "llm.request.model_name": "model_requested",
    "llm.model_name": "model_requested",
    "embedding.model_name": "model_requested",
    "ai.model.id": "model_requested",
    "gen_ai.response.model": "model_response",
    "llm.response.model_name": "model_response",
    "ai.response.model": "model_response",
    "gen_ai.operation.name": "operation",
    "llm.request.type": "operation",
    "gen_ai.usage.input_tokens": "input_tokens_total",
    "gen_ai.usage.prompt_tokens": "input_tokens_total",
    "llm.token_count.prompt": "input_tokens_total",
    "ai.usage.inputTokens": "input_tokens_total",
    "ai.usage.promptTokens": "input_tokens_total",
    "ai.usage.tokens": "input_tokens_total",
    "gen_ai.usage.output_tokens": "output_tokens_total",
    "gen_ai.usage.completion_tokens": "output_tokens_total",
    "llm.token_count.completion": "output_tokens_total",
    "ai.usage.outputTokens": "output_tokens_total",
    "ai.usage.completionTokens": "output_tokens_total",
    "gen_ai.usage.cache_read.input_tokens": "cache_read_tokens",
    "gen_ai.usage.cache_read_input_tokens": "cache_read_tokens",
    "llm.token_count.prompt_details.cache_read": "cache_read_tokens",
    "ai.usage.cachedInputTokens": "cache_read_tokens",
    "gen_ai.usage.cache_creation.input_tokens": "cache_write_tokens",
    "gen_ai.usage.cache_creation_input_tokens": "cache_write_tokens",
    "llm.token_count.prompt_details.cache_write": "cache_write_tokens",
    "gen_ai.usage.reasoning.output_tokens": "reasoning_tokens",
    "gen_ai.usage.reasoning_tokens": "reasoning_tokens",
    "llm.token_count.completion_details.reasoning": "reasoning_tokens",
    "llm.cost.total": "cost_usd",
    "gen_ai.request.stream": "streamed",
    "gen_ai.is_streaming": "streamed",
    "llm.is_streaming": "streamed",
    "gen_ai.response.time_to_first_chunk": "ttft_s",
    "gen_ai.client.operation.time_to_first_chunk": "ttft_s",
    "openai.response.service_tier": "service_tier_raw",
    "openai.request.service_tier": "service_tier_raw",
    "gen_ai.openai.response.service_tier": "service_tier_raw",
    "gen_ai.openai.request.service_tier": "service_tier_raw",
    "code.file.path": "code_file",
    "code.filepath": "code_file",
    "code.function.name": "code_function",
    "code.function": "code_function",
    "code.line.number": "code_line",
    "code.lineno": "code_line",
}
RESOURCE_FACTS: Final = (
    "k8s.cronjob.name",
    "k8s.job.name",
    "k8s.deployment.name",
    "service.criticality",
    "test.suite.name",
    "cicd.pipeline.name",
    "faas.name",
    "process.executable.name",
    "browser.platform",
)
"""What a resource says about all spans below it."""
ANCESTOR_FACTS: Final = (
    "celery.task_name",
    "celery.expires",
    "celery.timelimit",
    "celery.queue",
    "celery.priority",
    "messaging.destination.name",
    "messaging.destination",
    "airflow.dag_id",
    "airflow.dag_run.dag_id",
    "airflow.task_id",
    "airflow.dag_run.run_type",
    "remoulade.actor_name",
    "faas.trigger",
    "faas.cron",
    "http.route",
    "user_agent.original",
    "http.user_agent",
    "user_agent.synthetic.type",
    "test.case.name",
    "openinference.span.kind",
    "gen_ai.workflow.name",
    "traceloop.workflow.name",
)
"""What a span says about the calls below it."""
