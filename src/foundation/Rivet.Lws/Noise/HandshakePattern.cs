using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Rivet.Lws.Noise;

/// <summary>
/// Who sends which tokens when. A pattern is a fundamental or deferred one of Noise revision 34 (§7.4, §7.5, appendix 18.1)
/// with modifiers applied by rule:
/// <list type="bullet">
/// <item><c>psk0</c> puts <c>psk</c> first into the first message, <c>pskN</c> last into the Nth (§9.4).</item>
/// <item><c>hfs</c> puts <c>e1</c> behind the first <c>e</c>, or, where that message already performs a Diffie-Hellman,
/// behind its first, so that the key is encrypted; and <c>ekem1</c> behind the first <c>ee</c> (hybrid forward secrecy §5; the
/// rule, not its table, which departs from it in KK and IN). So IKhfs is <c>e es e1 s ss</c>.</item>
/// </list>
/// </summary>
internal sealed class HandshakePattern
{
    /// <summary>What each side's static key is before the first message, then the messages, the initiator's first.</summary>
    private static readonly Dictionary<string, (bool InitiatorKnown, bool ResponderKnown, string Messages)> Table = new(StringComparer.Ordinal)
    {
        ["N"] = (false, true, "e es"),
        ["K"] = (true, true, "e es ss"),
        ["X"] = (false, true, "e es s ss"),

        ["NN"] = (false, false, "e / e ee"),
        ["NK"] = (false, true, "e es / e ee"),
        ["NX"] = (false, false, "e / e ee s es"),
        ["KN"] = (true, false, "e / e ee se"),
        ["KK"] = (true, true, "e es ss / e ee se"),
        ["KX"] = (true, false, "e / e ee se s es"),
        ["XN"] = (false, false, "e / e ee / s se"),
        ["XK"] = (false, true, "e es / e ee / s se"),
        ["XX"] = (false, false, "e / e ee s es / s se"),
        ["IN"] = (false, false, "e s / e ee se"),
        ["IK"] = (false, true, "e es s ss / e ee se"),
        ["IX"] = (false, false, "e s / e ee se s es"),

        ["NK1"] = (false, true, "e / e ee es"),
        ["NX1"] = (false, false, "e / e ee s / es"),
        ["X1N"] = (false, false, "e / e ee / s / se"),
        ["X1K"] = (false, true, "e es / e ee / s / se"),
        ["XK1"] = (false, true, "e / e ee es / s se"),
        ["X1K1"] = (false, true, "e / e ee es / s / se"),
        ["X1X"] = (false, false, "e / e ee s es / s / se"),
        ["XX1"] = (false, false, "e / e ee s / es s se"),
        ["X1X1"] = (false, false, "e / e ee s / es s / se"),
        ["K1N"] = (true, false, "e / e ee / se"),
        ["K1K"] = (true, true, "e es / e ee / se"),
        ["KK1"] = (true, true, "e / e ee se es"),
        ["K1K1"] = (true, true, "e / e ee es / se"),
        ["K1X"] = (true, false, "e / e ee s es / se"),
        ["KX1"] = (true, false, "e / e ee se s / es"),
        ["K1X1"] = (true, false, "e / e ee s / se es"),
        ["I1N"] = (false, false, "e s / e ee / se"),
        ["I1K"] = (false, true, "e es s / e ee / se"),
        ["IK1"] = (false, true, "e s / e ee se es"),
        ["I1K1"] = (false, true, "e s / e ee es / se"),
        ["I1X"] = (false, false, "e s / e ee s es / se"),
        ["IX1"] = (false, false, "e s / e ee se s / es"),
        ["I1X1"] = (false, false, "e s / e ee s / se es"),
    };

    private HandshakePattern(string name, bool initiatorKnown, bool responderKnown, ImmutableArray<ImmutableArray<Token>> messages)
    {
        (Name, InitiatorKnown, ResponderKnown, Messages) = (name, initiatorKnown, responderKnown, messages);
        HasPsk = messages.Any(message => message.Contains(Token.Psk));
        HasKem = messages.Any(message => message.Contains(Token.E1));
    }

    /// <summary>The link's pattern for a device that knows its server: <c>-> e es e1 s ss</c>, <c>&lt;- e ee ekem1 se</c>.</summary>
    public static HandshakePattern KnownServer { get; } = Parse("IKhfs");

    /// <summary>The link's pattern of a first contact: <c>-> e e1</c>, <c>&lt;- e ee ekem1 s es</c>, <c>-> s se</c>.</summary>
    public static HandshakePattern FirstContact { get; } = Parse("XXhfs");

    /// <summary>The link's pattern of resumption with a ticket: <c>-> psk e e1</c>, <c>&lt;- e ee ekem1</c>.</summary>
    public static HandshakePattern Resumption { get; } = Parse("NNpsk0+hfs");

    /// <summary>As it stands in the protocol's name, modifiers included.</summary>
    public string Name { get; }

    /// <summary>Whether the responder must know the initiator's static key beforehand (the pre-message <c>-> s</c>).</summary>
    public bool InitiatorKnown { get; }

    /// <summary>Whether the initiator must know the responder's static key beforehand (the pre-message <c>&lt;- s</c>).</summary>
    public bool ResponderKnown { get; }

    /// <summary>The messages; the initiator sends those of even index.</summary>
    public ImmutableArray<ImmutableArray<Token>> Messages { get; }

    /// <summary>Whether a pre-shared key is mixed in; every <c>e</c> then goes into the key too (§9.2).</summary>
    public bool HasPsk { get; }

    /// <summary>Whether ML-KEM-768 is mixed in.</summary>
    public bool HasKem { get; }

    /// <summary>Whether that side's static key takes part.</summary>
    public bool NeedsStatic(bool initiator)
        => (initiator ? InitiatorKnown : ResponderKnown)
            || Messages.Where((_, index) => (index % 2 == 0) == initiator).Any(message => message.Contains(Token.S));

    /// <summary>Reads a name such as <c>IK</c>, <c>XXpsk3</c> or <c>NNpsk0+hfs</c>; at most one <c>psk</c> and one <c>hfs</c>.</summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out HandshakePattern? pattern)
    {
        pattern = null;
        var end = name.AsSpan().IndexOfAnyInRange('a', 'z');
        if (!Table.TryGetValue(end < 0 ? name : name[..end], out var row))
        {
            return false;
        }

        var messages = row.Messages.Split('/').Select(ReadTokens).ToList();
        if (end >= 0 && !name[end..].Split('+').All(modifier => TryApply(messages, modifier)))
        {
            return false;
        }

        pattern = new HandshakePattern(name, row.InitiatorKnown, row.ResponderKnown, [.. messages.Select(message => message.ToImmutableArray())]);
        return true;
    }

    private static HandshakePattern Parse(string name) => TryParse(name, out var pattern) ? pattern : throw new ArgumentException(name, nameof(name));

    private static List<Token> ReadTokens(string message)
        => [.. message.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(token => Enum.Parse<Token>(token, ignoreCase: true))];

    private static bool TryApply(List<List<Token>> messages, string modifier)
    {
        if (modifier is "psk0" or "psk1" or "psk2" or "psk3")
        {
            var number = modifier[^1] - '0';
            if (number > messages.Count || messages.Exists(message => message.Contains(Token.Psk)))
            {
                return false;
            }

            var message = messages[Math.Max(0, number - 1)];
            message.Insert(number == 0 ? 0 : message.Count, Token.Psk);
            return true;
        }

        var answer = messages.Find(message => message.Contains(Token.EE));
        if (modifier != "hfs" || answer is null || messages[0].Contains(Token.E1))
        {
            return false;
        }

        var agreed = messages[0].FindIndex(token => token is Token.EE or Token.ES or Token.SE or Token.SS);
        messages[0].Insert((agreed >= 0 ? agreed : messages[0].IndexOf(Token.E)) + 1, Token.E1);
        answer.Insert(answer.IndexOf(Token.EE) + 1, Token.Ekem1);
        return true;
    }
}
