using Concord.Tokenization.Unicode;

namespace Concord.Tokenization.Patterns;

/// <summary>
/// Oniguruma's regular expressions over code points, with Oniguruma's Unicode tables. .NET's own engine reads UTF-16
/// units (a letter beyond the BMP is no \p{L} there) and its tables change with the runtime; both would give other ids.
/// </summary>
/// <remarks>
/// A backtracking machine with its own stack: a repetition of one set costs one entry however long it is, so megabytes
/// of one word do not overflow anything.
/// </remarks>
internal sealed class RegexPattern : TextPattern
{
    private enum Code : byte
    {
        Set,
        Repeat,
        Split,
        Jump,
        Look,
        Atomic,
        Anchor,
        Done,
    }

    /// <summary>
    /// One step. For Split: go to A, on failure to B. For Repeat: A to B times Set. For Look and Atomic: the body
    /// follows, then Done, and the way on is at A.
    /// </summary>
    private readonly record struct Instruction(
        Code Code,
        CodePointSet? Set = null,
        int A = 0,
        int B = 0,
        RepeatMode Mode = RepeatMode.Greedy,
        Anchor Anchor = default,
        bool Negative = false,
        bool Behind = false
    );

    /// <summary>
    /// A way not yet tried: continue at Step from Position. A greedy repetition may give back down to Limit, a lazy one
    /// take up to B more.
    /// </summary>
    private readonly record struct Choice(int Step, int Position, int Limit, int Remaining);

    private const int LargestProgram = 20_000;

    private readonly List<Instruction> program = [];
    private readonly string expression;
    private int emitted;

    [ThreadStatic]
    private static Stack<Choice>? stackOfThread;

    /// <summary>Parses an expression.</summary>
    /// <exception cref="UnsupportedPatternException">It uses something this engine does not know.</exception>
    public RegexPattern(string expression)
    {
        this.expression = expression;
        Emit(new RegexParser(expression).Parse());
        program.Add(new Instruction(Code.Done));
    }

    /// <inheritdoc/>
    public override (int Start, int End) Next(ReadOnlySpan<char> text, int from)
    {
        TextWork.BeginIfNone(text.Length);
        ref var left = ref TextWork.Steps;
        for (var start = from; ; )
        {
            var end = Run(text, 0, start, ref left);
            if (end >= 0)
                return (start, end);
            if (start >= text.Length)
                return (-1, -1);
            UnicodeTable.Read(text, start, out var length);
            start += length;
        }
    }

    private void Emit(RegexNode node)
    {
        // What repeats nothing makes no program longer, but takes its time too.
        if (program.Count > LargestProgram || ++emitted > LargestProgram)
            throw new UnsupportedPatternException("an expression whose repetitions make it too large");
        switch (node)
        {
            case SetNode set:
                program.Add(new Instruction(Code.Set, set.Set));
                break;
            case SequenceNode sequence:
                foreach (var part in sequence.Parts)
                    Emit(part);
                break;
            case ChoiceNode choice:
                EmitChoice(choice.Alternatives);
                break;
            case RepeatNode { Body: SetNode set } repeat:
                program.Add(new Instruction(Code.Repeat, set.Set, repeat.Min, repeat.Max, repeat.Mode));
                break;
            case RepeatNode { Mode: RepeatMode.Possessive } repeat:
                Emit(new AtomicNode(repeat with { Mode = RepeatMode.Greedy }));
                break;
            case RepeatNode repeat:
                EmitRepeat(repeat);
                break;
            case LookNode look:
                EmitBody(
                    look.Body,
                    new Instruction(
                        Code.Look,
                        Negative: look.Negative,
                        Behind: look.Behind,
                        B: look.Behind ? Width(look.Body) : 0
                    )
                );
                break;
            case AtomicNode atomic:
                EmitBody(atomic.Body, new Instruction(Code.Atomic));
                break;
            case AnchorNode anchor:
                program.Add(new Instruction(Code.Anchor, Anchor: anchor.Anchor));
                break;
        }
    }

    private void EmitBody(RegexNode body, Instruction instruction)
    {
        var at = program.Count;
        program.Add(instruction);
        Emit(body);
        program.Add(new Instruction(Code.Done));
        program[at] = instruction with { A = program.Count };
    }

    private void EmitChoice(IReadOnlyList<RegexNode> alternatives)
    {
        var jumps = new List<int>();
        for (var i = 0; i < alternatives.Count; i++)
        {
            var split = program.Count;
            var last = i == alternatives.Count - 1;
            if (!last)
                program.Add(default);
            Emit(alternatives[i]);
            if (last)
                break;
            jumps.Add(program.Count);
            program.Add(default);
            program[split] = new Instruction(Code.Split, A: split + 1, B: program.Count);
        }
        foreach (var jump in jumps)
            program[jump] = new Instruction(Code.Jump, A: program.Count);
    }

    private void EmitRepeat(RepeatNode repeat)
    {
        for (var i = 0; i < repeat.Min; i++)
            Emit(repeat.Body);
        if (repeat.Max < 0)
        {
            if (CanBeEmpty(repeat.Body))
                throw new UnsupportedPatternException("an endless repetition of something that can be empty");
            var loop = program.Count;
            program.Add(default);
            Emit(repeat.Body);
            program.Add(new Instruction(Code.Jump, A: loop));
            program[loop] = Fork(repeat.Mode, loop + 1, program.Count);
            return;
        }
        var forks = new List<int>();
        for (var i = repeat.Min; i < repeat.Max; i++)
        {
            forks.Add(program.Count);
            program.Add(default);
            Emit(repeat.Body);
        }
        foreach (var fork in forks)
            program[fork] = Fork(repeat.Mode, fork + 1, program.Count);
    }

    private static Instruction Fork(RepeatMode mode, int more, int on) =>
        mode == RepeatMode.Lazy
            ? new Instruction(Code.Split, A: on, B: more)
            : new Instruction(Code.Split, A: more, B: on);

    private static bool CanBeEmpty(RegexNode node) =>
        node switch
        {
            SetNode => false,
            SequenceNode sequence => sequence.Parts.All(CanBeEmpty),
            ChoiceNode choice => choice.Alternatives.Any(CanBeEmpty),
            RepeatNode repeat => repeat.Min == 0 || CanBeEmpty(repeat.Body),
            AtomicNode atomic => CanBeEmpty(atomic.Body),
            _ => true,
        };

    /// <summary>How many code points a look-behind looks at.</summary>
    private static int Width(RegexNode node) =>
        node switch
        {
            SetNode => 1,
            SequenceNode sequence => (int)Math.Min(sequence.Parts.Sum(part => (long)Width(part)), int.MaxValue),
            ChoiceNode choice when choice.Alternatives.Select(Width).Distinct().Count() == 1 => Width(
                choice.Alternatives[0]
            ),
            RepeatNode repeat when repeat.Min == repeat.Max => (int)
                Math.Min((long)repeat.Min * Width(repeat.Body), int.MaxValue),
            AtomicNode atomic => Width(atomic.Body),
            LookNode or AnchorNode => 0,
            _ => throw new UnsupportedPatternException("a look-behind of no fixed length"),
        };

    /// <summary>Runs from a step at a position to the next Done; returns where it ended, or -1.</summary>
    private int Run(ReadOnlySpan<char> text, int step, int position, ref long left)
    {
        var stack = stackOfThread ??= new Stack<Choice>();
        var floor = stack.Count;
        for (; ; )
        {
            if (--left < 0)
            {
                stack.Clear();
                throw TextWork.OutOfSteps(expression);
            }
            var instruction = program[step];
            var ok = true;
            switch (instruction.Code)
            {
                case Code.Done:
                    while (stack.Count > floor)
                        stack.Pop();
                    return position;
                case Code.Jump:
                    step = instruction.A;
                    break;
                case Code.Split:
                    stack.Push(new Choice(instruction.B, position, -1, 0));
                    step = instruction.A;
                    break;
                case Code.Set:
                    ok = TakeOne(text, instruction.Set!, ref position);
                    step++;
                    break;
                case Code.Repeat:
                    var first = position;
                    ok = Repeat(text, instruction, step, stack, ref position);
                    left -= position - first;
                    step++;
                    break;
                case Code.Anchor:
                    ok = Holds(text, instruction.Anchor, position);
                    step++;
                    break;
                case Code.Look:
                    var from = instruction.Behind ? StepBack(text, position, instruction.B) : position;
                    ok = (from >= 0 && Run(text, step + 1, from, ref left) >= 0) != instruction.Negative;
                    step = instruction.A;
                    break;
                case Code.Atomic:
                    position = Run(text, step + 1, position, ref left);
                    ok = position >= 0;
                    step = instruction.A;
                    break;
            }
            if (ok)
                continue;
            if (!Resume(text, stack, floor, out step, out position))
                return -1;
        }
    }

    private static bool TakeOne(ReadOnlySpan<char> text, CodePointSet set, ref int position)
    {
        if (position >= text.Length || !set.Contains(UnicodeTable.Read(text, position, out var length)))
            return false;
        position += length;
        return true;
    }

    private static bool Repeat(
        ReadOnlySpan<char> text,
        Instruction instruction,
        int step,
        Stack<Choice> stack,
        ref int position
    )
    {
        var (min, max) = (instruction.A, instruction.B < 0 ? int.MaxValue : instruction.B);
        var count = 0;
        for (; count < min; count++)
            if (!TakeOne(text, instruction.Set!, ref position))
                return false;
        if (instruction.Mode == RepeatMode.Lazy)
        {
            if (count < max)
                stack.Push(new Choice(step, position, -1, max - count));
            return true;
        }
        var least = position;
        while (count < max && TakeOne(text, instruction.Set!, ref position))
            count++;
        if (instruction.Mode == RepeatMode.Greedy && position > least)
            stack.Push(new Choice(step + 1, position, least, 0));
        return true;
    }

    /// <summary>Takes the last way not yet tried.</summary>
    private bool Resume(ReadOnlySpan<char> text, Stack<Choice> stack, int floor, out int step, out int position)
    {
        while (stack.Count > floor)
        {
            var choice = stack.Pop();
            (step, position) = (choice.Step, choice.Position);
            if (choice.Limit >= 0)
            {
                position = StepBack(text, position, 1);
                if (position > choice.Limit)
                    stack.Push(choice with { Position = position });
                return true;
            }
            if (choice.Remaining == 0)
                return true;
            if (!TakeOne(text, program[step].Set!, ref position))
                continue;
            if (choice.Remaining > 1)
                stack.Push(choice with { Position = position, Remaining = choice.Remaining - 1 });
            step++;
            return true;
        }
        (step, position) = (0, 0);
        return false;
    }

    private static int StepBack(ReadOnlySpan<char> text, int position, int points)
    {
        for (; points > 0 && position > 0; points--)
            position -= position > 1 && char.IsLowSurrogate(text[position - 1]) ? 2 : 1;
        return points == 0 ? position : -1;
    }

    private static bool Holds(ReadOnlySpan<char> text, Anchor anchor, int position) =>
        anchor switch
        {
            Anchor.TextStart => position == 0,
            Anchor.TextEnd => position == text.Length,
            Anchor.LineStart => position == 0 || text[position - 1] == '\n' && position < text.Length,
            _ => position == text.Length || text[position] == '\n',
        };
}
