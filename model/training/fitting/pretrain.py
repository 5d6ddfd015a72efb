"""Masked language modelling on unlabelled texts: a base checkpoint that has read how people write.

Domain-adaptive pretraining (Gururangan et al., 2020) with transformers' own trainer.
"""

import json
import math
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from rich.progress import Progress, TaskID
from transformers import (
    AutoModelForMaskedLM,
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    logging,
)
from transformers.trainer_utils import get_last_checkpoint

from model.training.recipe import RecipeError

_HELD_OUT = 500
FACTS = "pretraining.json"


@dataclass(frozen=True, slots=True)
class PretrainOptions:
    """Hyper-parameters of one run."""

    epochs: float = 1.0
    batch_size: int = 64
    max_tokens: int = 48
    learning_rate: float = 1e-4
    mask_probability: float = 0.15
    """Share of tokens to be guessed."""
    save_every: int = 200
    """Steps between checkpoints, from which the same call goes on."""
    seed: int = 20
    threads: int = 1
    """CPU threads that torch may use."""


@dataclass(frozen=True, slots=True)
class PretrainResult:
    """What a run reached on texts that it did not read; losses in nats a masked token."""

    base: str
    texts: int
    steps: int
    loss_before: float
    loss_after: float


def pretrain(
    texts: Sequence[str], base: str, out: Path, plan: PretrainOptions, progress: Progress
) -> PretrainResult:
    """Go on pretraining ``base`` on cleaned texts; ``out`` then is a base for ``train``.

    A run that was stopped goes on from its last checkpoint in ``out``.

    Raises:
        RecipeError: there are too few texts, or the tokenizer has no mask.
        OSError: the base checkpoint cannot be loaded; the text names it.
    """
    if len(texts) < 2 * _HELD_OUT:
        raise RecipeError(f"{len(texts)} texts are too few; {2 * _HELD_OUT} is the least")
    tokenizer = AutoTokenizer.from_pretrained(base)
    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)  # a base without its language model's head gets a new one
    logging.set_verbosity_error()  # type: ignore[no-untyped-call] # nor a list of its weights
    model = AutoModelForMaskedLM.from_pretrained(base, dtype=torch.float32)
    if tokenizer.mask_token is None or tokenizer.mask_token_id >= model.config.vocab_size:
        raise RecipeError(f"{base} has no mask token; masked language modelling needs one")
    read, held_out = _encoded(texts, tokenizer, plan)
    trainer = _trainer(model, tokenizer, out, plan, read, held_out)
    task = progress.add_task("pretrain", total=None)
    trainer.add_callback(_Shown(progress, task))
    scratch = out / "checkpoints"
    begun = out / "before.json"
    if not begun.exists():
        begun.write_text(json.dumps(_loss(trainer)), encoding="utf-8")
    last = get_last_checkpoint(str(scratch)) if scratch.exists() else None  # type: ignore[no-untyped-call]
    trainer.train(resume_from_checkpoint=last)
    learnt = PretrainResult(
        base, len(read), trainer.state.global_step, json.loads(begun.read_text()), _loss(trainer)
    )
    model.base_model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    (out / FACTS).write_text(json.dumps(asdict(learnt)) + "\n", encoding="utf-8")
    return learnt


def _encoded(
    texts: Sequence[str],
    tokenizer: Any,  # noqa: ANN401 - transformers has no types of its own
    plan: PretrainOptions,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Texts to read and texts held out, as token ids."""
    order = list(range(len(texts)))
    random.Random(plan.seed).shuffle(order)  # noqa: S311 - not for secrets
    encoded = tokenizer([texts[i] for i in order], truncation=True, max_length=plan.max_tokens)
    rows = [{"input_ids": ids} for ids in encoded["input_ids"]]
    return rows[_HELD_OUT:], rows[:_HELD_OUT]


def _trainer(
    model: Any,  # noqa: ANN401
    tokenizer: Any,  # noqa: ANN401
    out: Path,
    plan: PretrainOptions,
    read: list[dict[str, Any]],
    held_out: list[dict[str, Any]],
) -> Any:  # noqa: ANN401
    arguments = TrainingArguments(
        output_dir=str(out / "checkpoints"),
        num_train_epochs=plan.epochs,
        per_device_train_batch_size=plan.batch_size,
        per_device_eval_batch_size=plan.batch_size,
        learning_rate=plan.learning_rate,
        warmup_steps=math.ceil(len(read) * plan.epochs / plan.batch_size * 0.05),
        seed=plan.seed,
        bf16=True,
        use_cpu=True,
        dataloader_pin_memory=False,
        remove_unused_columns=False,
        save_steps=plan.save_every,
        save_total_limit=1,
        logging_steps=50,
        disable_tqdm=True,
        report_to="none",
    )
    collator = DataCollatorForLanguageModeling(tokenizer, mlm_probability=plan.mask_probability)
    trainer = Trainer(model, arguments, collator, train_dataset=read, eval_dataset=held_out)
    trainer.remove_callback(PrinterCallback)  # it would write to standard output
    return trainer


def _loss(trainer: Any) -> float:  # noqa: ANN401
    """Mean loss of the held-out texts, masked the same way each time."""
    torch.manual_seed(0)
    return round(float(trainer.evaluate()["eval_loss"]), 4)


class _Shown(TrainerCallback):
    """Moves the bar."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ANN401
        """After each step."""
        self._progress.update(self._task, completed=state.global_step, total=state.max_steps)

    def on_log(self, args: Any, state: Any, control: Any, **kept: Any) -> None:  # noqa: ANN401
        """Every fifty steps."""
        loss = kept["logs"].get("loss")
        if loss is not None:
            self._progress.update(self._task, description=f"loss {float(loss):.3f}")
