"""Lanes: a number for each of several runs, in the registers of the processor.

A rule is written for one run. Called with lanes, the same rule is compiled for ``n`` runs at once: numba gets a type
whose values are LLVM vectors, with the operators that rules use. Each lane goes through the same IEEE 754 operations
in the same order as a scalar, so it has the same bits; nothing is reassociated or contracted. A rule's source does not
know; it writes ``a * b`` and ``select(a < b, a, b)``.

The kernel's phases say ``w[row, r]``. With an integer ``r`` that is one run; with ``r = Block(n)`` it is ``n`` runs:
a load or store of ``n`` neighbours in the row. ``n`` is part of the type, and a scalar that meets lanes is repeated.

The first half of this file is what a rule may call: functions that plain Python cannot say for lanes, each with its
plain form, which also takes NumPy arrays. The second half is the type; only it rests on numba's extension interface.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, config, types
from numba.core.imputils import lower_cast
from numba.core.typeconv import Conversion
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import NativeValue, lower_builtin, models, register_model, typeof_impl, unbox

ROUND = 6755399441055744.0
"""1.5 * 2**52. A number below 2**51 plus this, less this, is rounded to the nearest integer; its bits end in that integer."""
SQRT_HALF = 0x3FE6A09E667F3BCD  # the bits of the square root of one half
TO_ONE = 0x3FF0000000000000 - SQRT_HALF
EXPONENT_WIDTH = 52
FRACTION = 0x000FFFFFFFFFFFFF
TWO_52 = 0x4330000000000000  # the bits of 2**52: a small whole number in their last places is added to it
BIASED = 4503599627370496.0 + 1023.0
LEAST, MOST = 2.0**-10, 2.0**20
"""Sizes below and above which there is one bin on each side of 0."""
TINY = int(np.float32(LEAST).view(np.uint32) >> 17) - 1  # what the bits of a float32 begin with just below ``LEAST``
BEYOND = int(np.float32(MOST).view(np.uint32) >> 17)  # and from ``MOST``
LAST = BEYOND - TINY + 1
"""The bin of what lies beyond ``MOST``, counted from that of 0."""


def select(condition: bool, yes: float, no: float) -> float:
    """``yes`` where the condition holds, else ``no``; both are evaluated."""
    if isinstance(condition, np.ndarray):
        return np.where(condition, yes, no)
    return yes if condition else no


def each(value: Any, r: Any) -> Any:
    """A value in each of the runs that ``r`` stands for: what a sum over runs begins with.

    A sum that begins with a bare ``0.0`` has the same bits, but numba compiles what is done with it for a scalar, too,
    before it finds that it becomes lanes.
    """
    return value


def anywhere(condition: bool) -> bool:
    """Whether a condition holds in any run. The kernel skips what no run needs."""
    return bool(np.any(condition))


def root(x: float) -> float:
    """Square root, exact to the last bit (IEEE 754)."""
    return np.sqrt(x) if isinstance(x, np.ndarray) else math.sqrt(x)


def number(word: np.uint64) -> float:
    """A whole number below 2**52, held in uint64, as a float."""
    return word.astype(np.float64) if isinstance(word, np.ndarray) else float(word)


def bin_of(x: float) -> np.uint64:
    """The bin of a number by its leading bits as float32: sign, exponent, five digits of its fraction, whether any other follows.

    Bins are numbered in the order of values, that of 0 is ``LAST``: what a quantile needs to know of a number.
    """
    with np.errstate(over="ignore"):
        short = np.asarray(x, dtype=np.float32).view(np.int32)
    size = short & 0x7FFFFFFF
    kept = (size >> 18) * 2 + ((size & 0x3FFFF) != 0)
    away = np.where(size == 0, 0, np.clip(kept, TINY, BEYOND) - (TINY - 1))
    found: Any = np.where(short < 0, LAST - away, LAST + away).astype(np.uint64)[()]
    return found


def scaled(x: float, shifted: float) -> float:
    """``x * 2**k`` where ``shifted`` is ``k + ROUND``, for normal numbers."""
    return (_bits(x) + (_bits(shifted) << EXPONENT_WIDTH)).view(np.float64)


def exponent(x: float) -> float:
    """``k`` as a float, where ``x = m * 2**k`` and ``m`` lies in [sqrt 1/2, sqrt 2), for normal positive ``x``."""
    return (((_bits(x) + TO_ONE) >> EXPONENT_WIDTH) | TWO_52).view(np.float64) - BIASED


def mantissa(x: float) -> float:
    """``m``, where ``x = m * 2**k`` and ``m`` lies in [sqrt 1/2, sqrt 2), for normal positive ``x``."""
    return (((_bits(x) + TO_ONE) & FRACTION) + SQRT_HALF).view(np.float64)


def _bits(x: Any) -> Any:
    return np.asarray(x, dtype=np.float64).view(np.int64)


class Block:
    """The runs that a phase works on at once, in place of the index of one run."""

    def __init__(self, runs: int):
        self.runs = runs


def all_of(runs: int) -> Any:
    """What stands for ``runs`` runs in the kernel: a block, or where nothing is compiled an index that copies the same runs."""
    return np.arange(runs) if config.DISABLE_JIT else Block(runs)


# The type. From here on nothing is called by a rule.

WORD, SHORT = ir.IntType(64), ir.IntType(16)
_F, _U, _B = types.float64, types.uint64, types.boolean
ELEMENTS = {_F: ir.DoubleType(), _U: WORD, _B: ir.IntType(1)}


class Lanes(types.Type):
    """numba's type of a number (float64, uint64, boolean) for each of ``n`` runs."""

    def __init__(self, dtype: Any, n: int):
        self.dtype, self.n = dtype, n
        super().__init__(name=f"Lanes({dtype}, {n})")

    def can_convert_from(self, context: Any, other: Any) -> Any:
        """A scalar is repeated."""
        usual: dict[Any, Any] = {_F: (types.Float, types.Integer), _U: types.Integer, _B: types.Boolean}
        return Conversion.safe if isinstance(other, usual[self.dtype]) else None

    def unify(self, context: Any, other: Any) -> Any:
        """A variable that starts as a scalar and becomes lanes in a loop is lanes from its start."""
        return None if self.can_convert_from(context, other) is None else self


class BlockType(types.Type):
    """numba's type of a block; all that it holds is in the type."""

    def __init__(self, n: int):
        self.n = n
        super().__init__(name=f"Block({n})")


class Cell(types.Type):
    """numba's type of the index ``row, block``; its value is the row."""

    def __init__(self, n: int):
        self.n = n
        super().__init__(name=f"Cell({n})")


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Lanes):
        super().__init__(manager, kind, _form(kind))


@register_model(Cell)
class _CellModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Cell):
        super().__init__(manager, kind, WORD)


register_model(BlockType)(models.OpaqueModel)
typeof_impl.register(Block)(lambda block, context: BlockType(block.runs))
unbox(BlockType)(lambda kind, block, c: NativeValue(c.context.get_dummy_value()))


def _form(kind: Any) -> Any:
    """The LLVM type of lanes, or of a scalar of the same kind."""
    return ir.VectorType(ELEMENTS[kind.dtype], kind.n) if isinstance(kind, Lanes) else ELEMENTS[kind]


def _words(kind: Any) -> Any:
    return ir.VectorType(WORD, kind.n) if isinstance(kind, Lanes) else WORD


def _constant(form: Any, value: Any) -> Any:
    return ir.Constant(form, [value] * form.count if isinstance(form, ir.VectorType) else value)


def _like(dtype: Any, kinds: Sequence[Any]) -> Any:
    """``dtype`` for as many runs as the widest of some types has."""
    n = next((kind.n for kind in kinds if isinstance(kind, Lanes)), None)
    return dtype if n is None else Lanes(dtype, n)


@lower_cast(types.Number, Lanes)
@lower_cast(types.Boolean, Lanes)
def _repeat(context: Any, builder: Any, scalar_kind: Any, kind: Lanes, value: Any) -> Any:
    value = context.cast(builder, value, scalar_kind, kind.dtype)
    if kind.dtype == types.boolean:
        value = builder.trunc(value, ELEMENTS[types.boolean]) if value.type.width > 1 else value
    empty = ir.Constant(_form(kind), ir.Undefined)
    first = builder.insert_element(empty, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, empty, _constant(ir.VectorType(ir.IntType(32), kind.n), 0))


@lower_cast(types.BaseTuple, Cell)
def _row_of(context: Any, builder: Any, pair_kind: Any, kind: Cell, value: Any) -> Any:
    return context.cast(builder, builder.extract_value(value, 0), pair_kind[0], types.intp)


# Operators


def _operator(symbol: Any, emit: dict[Any, Callable[..., Any]], answer: Any = None) -> None:
    """Teach numba an operator for lanes; ``emit`` has the instruction for each kind of number it takes."""

    class Template(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            lanes = next((arg for arg in args if isinstance(arg, Lanes)), None)
            if lanes is None or lanes.dtype not in emit:
                return None
            if any(arg != lanes and lanes.can_convert_from(self.context, arg) is None for arg in args):
                return None
            return signature(lanes if answer is None else Lanes(answer, lanes.n), *[lanes] * len(args))

    def lower(context: Any, builder: Any, found: Any, args: Any) -> Any:
        return emit[found.args[0].dtype](builder, *args)

    infer_global(symbol)(Template)
    lower_builtin(symbol, *[Lanes] * (1 if symbol is operator.neg else 2))(lower)


_operator(operator.neg, {_F: ir.IRBuilder.fneg})
_operator(operator.add, {_F: ir.IRBuilder.fadd, _U: ir.IRBuilder.add})
_operator(operator.sub, {_F: ir.IRBuilder.fsub, _U: ir.IRBuilder.sub})
_operator(operator.mul, {_F: ir.IRBuilder.fmul, _U: ir.IRBuilder.mul})
_operator(operator.truediv, {_F: ir.IRBuilder.fdiv})
_operator(operator.rshift, {_U: ir.IRBuilder.lshr})
_operator(operator.and_, {_U: ir.IRBuilder.and_, _B: ir.IRBuilder.and_})
_operator(operator.or_, {_U: ir.IRBuilder.or_, _B: ir.IRBuilder.or_})
_operator(operator.xor, {_U: ir.IRBuilder.xor, _B: ir.IRBuilder.xor})


def _comparison(symbol: Any, sign: str) -> None:
    def emit(builder: Any, a: Any, b: Any) -> Any:
        compare = builder.fcmp_unordered if sign == "!=" else builder.fcmp_ordered  # as IEEE 754 and Python have it for NaN
        return compare(sign, a, b)

    _operator(symbol, {_F: emit}, answer=_B)


for _symbol, _sign in (("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">="), ("eq", "=="), ("ne", "!=")):
    _comparison(getattr(operator, _symbol), _sign)


# The functions of the first half, for lanes and for scalars alike


def _function(function: Any, takes: Sequence[Any], gives: Any, emit: Callable[..., Any]) -> None:
    """Teach numba a function of numbers of fixed kinds, for lanes and for scalars."""

    class Template(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            return signature(_like(gives, args), *[_like(kind, args) for kind in takes])

    def lower(context: Any, builder: Any, found: Any, args: Any) -> Any:
        return emit(builder, found.args[0], *args)

    infer_global(function)(Template)
    for kinds in ([Lanes] * len(takes), takes):
        lower_builtin(function, *kinds)(lower)


def _square_root(builder: Any, kind: Any, x: Any) -> Any:
    form = _form(kind)
    name = f"llvm.sqrt.v{kind.n}f64" if isinstance(kind, Lanes) else "llvm.sqrt.f64"
    return builder.call(cgutils.get_or_insert_function(builder.module, ir.FunctionType(form, [form]), name), [x])


def _number(builder: Any, kind: Any, word: Any) -> Any:
    form = _form(_like(types.float64, [kind]))
    above = builder.bitcast(builder.or_(word, _constant(_words(kind), TWO_52)), form)
    return builder.fsub(above, _constant(form, 4503599627370496.0))


def _bin_of(builder: Any, kind: Any, x: Any) -> Any:
    def wide(form: Any) -> Any:
        return ir.VectorType(form, kind.n) if isinstance(kind, Lanes) else form

    def fixed(value: int) -> Any:
        return _constant(words, value)

    words = wide(ir.IntType(32))
    short = builder.bitcast(builder.fptrunc(x, wide(ir.FloatType())), words)
    size = builder.and_(short, fixed(0x7FFFFFFF))
    kept = builder.shl(builder.lshr(size, fixed(18)), fixed(1))
    follows = builder.icmp_unsigned("!=", builder.and_(size, fixed(0x3FFFF)), fixed(0))
    kept = builder.or_(kept, builder.zext(follows, words))
    kept = builder.select(builder.icmp_unsigned("<", kept, fixed(TINY)), fixed(TINY), kept)
    kept = builder.select(builder.icmp_unsigned(">", kept, fixed(BEYOND)), fixed(BEYOND), kept)
    away = builder.select(builder.icmp_unsigned("==", size, fixed(0)), fixed(0), builder.sub(kept, fixed(TINY - 1)))
    negative = builder.icmp_signed("<", short, fixed(0))
    found = builder.select(negative, builder.sub(fixed(LAST), away), builder.add(fixed(LAST), away))
    return builder.zext(found, _words(kind))


def _scaled(builder: Any, kind: Any, x: Any, shifted: Any) -> Any:
    words = _words(kind)
    step = builder.shl(builder.bitcast(shifted, words), _constant(words, EXPONENT_WIDTH))
    return builder.bitcast(builder.add(builder.bitcast(x, words), step), _form(kind))


def _above_root(builder: Any, kind: Any, x: Any) -> Any:
    """The bits of ``x`` moved so that a new exponent begins at the square root of one half."""
    return builder.add(builder.bitcast(x, _words(kind)), _constant(_words(kind), TO_ONE))


def _exponent(builder: Any, kind: Any, x: Any) -> Any:
    words, form = _words(kind), _form(kind)
    biased = builder.lshr(_above_root(builder, kind, x), _constant(words, EXPONENT_WIDTH))
    return builder.fsub(builder.bitcast(builder.or_(biased, _constant(words, TWO_52)), form), _constant(form, BIASED))


def _mantissa(builder: Any, kind: Any, x: Any) -> Any:
    words = _words(kind)
    fraction = builder.and_(_above_root(builder, kind, x), _constant(words, FRACTION))
    return builder.bitcast(builder.add(fraction, _constant(words, SQRT_HALF)), _form(kind))


_function(root, [_F], _F, _square_root)
_function(number, [_U], _F, _number)
_function(bin_of, [_F], _U, _bin_of)
_function(scaled, [_F, _F], _F, _scaled)
_function(exponent, [_F], _F, _exponent)
_function(mantissa, [_F], _F, _mantissa)


@infer_global(select)
class _Select(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        condition, yes, no = args
        dtype = yes.dtype if isinstance(yes, Lanes) else no.dtype if isinstance(no, Lanes) else yes
        dtype = dtype if dtype in (types.uint64, types.boolean) else types.float64
        kind = _like(dtype, args)
        return signature(kind, condition, kind, kind)


@lower_builtin(select, types.Boolean, types.Any, types.Any)
@lower_builtin(select, Lanes, Lanes, Lanes)
def _lower_select(context: Any, builder: Any, found: Any, args: Any) -> Any:
    return builder.select(*args)


@infer_global(each)
class _Each(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        value, r = args
        kind = types.unliteral(value)
        return signature(Lanes(kind, r.n) if isinstance(r, BlockType) else kind, kind, r)


@lower_builtin(each, types.Any, types.Integer)
def _lower_each(context: Any, builder: Any, found: Any, args: Any) -> Any:
    return args[0]


@lower_builtin(each, types.Any, BlockType)
def _lower_each_of_lanes(context: Any, builder: Any, found: Any, args: Any) -> Any:
    return context.cast(builder, args[0], found.args[0], found.return_type)


@infer_global(anywhere)
class _Anywhere(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(types.boolean, *args)


@lower_builtin(anywhere, types.Boolean)
def _lower_anywhere(context: Any, builder: Any, found: Any, args: Any) -> Any:
    return args[0]


@lower_builtin(anywhere, Lanes)
def _lower_anywhere_of_lanes(context: Any, builder: Any, found: Any, args: Any) -> Any:
    mask = ir.IntType(found.args[0].n)
    return builder.icmp_unsigned("!=", builder.bitcast(args[0], mask), ir.Constant(mask, 0))


# Memory: w[row, block] and replicates[block]


def _index(array: Any, index: Any) -> Any:
    """The type of an index that takes a block of an array, if it is one."""
    if not isinstance(array, types.Array) or array.layout != "C":
        return None
    if (array.ndim == 1 and isinstance(index, BlockType)) or (array.ndim == 2 and isinstance(index, Cell)):
        return index  # a cell is what numba asks about again once the index has been cast to it
    if array.ndim == 2 and isinstance(index, types.BaseTuple) and len(index) == 2 and isinstance(index[1], BlockType):
        return Cell(index[1].n)
    return None


@infer_global(operator.getitem)
class _Load(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        index = _index(*args)
        return None if index is None else signature(Lanes(args[0].dtype, index.n), args[0], index)


@infer_global(operator.setitem)
class _Store(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        index = _index(*args[:2])
        if index is None:
            return None
        dtype = types.uint64 if args[0].dtype == types.uint16 else args[0].dtype  # short words are stored, never computed with
        return signature(types.none, args[0], index, Lanes(dtype, index.n))


def _place(context: Any, builder: Any, kind: Any, index_kind: Any, array: Any, index: Any) -> Any:
    """Where the lanes begin. A block is all runs of a row, so rows lie ``n`` apart."""
    start = context.make_array(kind)(context, builder, array).data
    if isinstance(index_kind, Cell):
        start = builder.gep(start, [builder.mul(index, ir.Constant(WORD, index_kind.n))])
    form = SHORT if kind.dtype == types.uint16 else ELEMENTS[kind.dtype]
    return builder.bitcast(start, ir.VectorType(form, index_kind.n).as_pointer())


@lower_builtin(operator.getitem, types.Array, BlockType)
@lower_builtin(operator.getitem, types.Array, Cell)
def _lower_load(context: Any, builder: Any, found: Any, args: Any) -> Any:
    return builder.load(_place(context, builder, *found.args, *args), align=8)


@lower_builtin(operator.setitem, types.Array, BlockType, Lanes)
@lower_builtin(operator.setitem, types.Array, Cell, Lanes)
def _lower_store(context: Any, builder: Any, found: Any, args: Any) -> Any:
    value, place = args[2], _place(context, builder, *found.args[:2], *args[:2])
    if found.args[0].dtype == types.uint16:
        value = builder.trunc(value, place.type.pointee)
    builder.store(value, place, align=found.args[0].dtype.bitwidth // 8)
    return context.get_dummy_value()
