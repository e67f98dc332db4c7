using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering.Templates;

/// <summary>Calls what is made of statements.</summary>
internal interface ICalls
{
    /// <summary>The text of a macro.</summary>
    object Macro(MacroValue macro, Arguments arguments);
}
