using System.CommandLine;

namespace Concord.Cli.CommandLine;

/// <summary>What commands ask of their options.</summary>
internal static class OptionExtensions
{
    /// <summary>Refuses options that mean nothing beside others, instead of leaving them unread.</summary>
    /// <param name="options">Those that must not have been given.</param>
    /// <param name="parse">The command line.</param>
    /// <param name="beside">Beside what, and what they are for.</param>
    /// <exception cref="UsageException">One was given.</exception>
    public static void MustBeLeftOut(this IEnumerable<Option> options, ParseResult parse, string beside)
    {
        if (options.FirstOrDefault(option => parse.GetResult(option) is { Implicit: false }) is { } given)
            throw new UsageException($"{given.Name} has no meaning beside {beside}. Leave it out.");
    }
}
