using System.Buffers;
using System.Text;
using Google.Protobuf;
using Rivet.Wire;

namespace Rivet.Client.Slack;

/// <summary>
/// Turns Slack's mark-up into text: <c>&lt;@U1&gt;</c> becomes a mention, <c>&lt;#C1|name&gt;</c> #name,
/// <c>&lt;http://x|label&gt;</c> [label](http://x), <c>&lt;!here&gt;</c> a mention of everyone, <c>&amp;amp;</c> an
/// ampersand and <c>:tada:</c> its character. Everything else, also broken mark-up, stays as it was written.
/// </summary>
internal sealed class MessageText
{
    private readonly ArrayBufferWriter<byte> written = new(256);
    private readonly List<Mention> mentions = [];
    private readonly Func<string, Named?> people;
    private bool inCode;

    private MessageText(Func<string, Named?> people) => this.people = people;

    public static RichText Read(string text, Func<string, Named?> people)
    {
        var reader = new MessageText(people);
        reader.Scan(text);
        return new RichText(reader.written.WrittenMemory, reader.mentions);
    }

    private void Scan(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var at = text.IndexOfAny("<&:`");
            if (at < 0)
            {
                Write(text);
                return;
            }

            Write(text[..at]);
            text = text[at..];
            text = text[(text[0] switch
            {
                '<' => Angle(text),
                '&' => Entity(text),
                ':' => EmojiName(text),
                _ => Code(text),
            })..];
        }
    }

    private int Code(ReadOnlySpan<char> text)
    {
        inCode = !inCode;
        var ticks = text.IndexOfAnyExcept('`');
        ticks = ticks < 0 ? text.Length : ticks;
        Write(text[..ticks]);
        return ticks;
    }

    private int Entity(ReadOnlySpan<char> text)
    {
        foreach (var (name, character) in Entities)
        {
            if (text.StartsWith(name, StringComparison.Ordinal))
            {
                Write(character);
                return name.Length;
            }
        }

        Write("&");
        return 1;
    }

    private int EmojiName(ReadOnlySpan<char> text)
    {
        var length = inCode ? -1 : text[1..].IndexOf(':');
        if (length is > 0 and <= Emoji.LongestName && Emoji.TryFind(text.Slice(1, length), out var emoji))
        {
            Write(emoji);
            return length + 2;
        }

        Write(":");
        return 1;
    }

    private int Angle(ReadOnlySpan<char> text)
    {
        var length = text.IndexOf('>') - 1;
        if (length < 1)
        {
            Write("<");
            return 1;
        }

        var inner = text.Slice(1, length);
        var bar = inner.IndexOf('|');
        var target = bar < 0 ? inner : inner[..bar];
        var label = bar < 0 ? default : inner[(bar + 1)..];
        switch (target[0..Math.Min(1, target.Length)])
        {
            case "@":
                Person(target[1..], label);
                break;
            case "#":
                Write("#");
                Plain(label.IsEmpty ? target[1..] : label);
                break;
            case "!":
                Command(target[1..], label);
                break;
            default:
                if (!target.Contains(':') || target.ContainsAny(" \n\t"))
                {
                    Write("<");
                    return 1;
                }

                Link(target, label);
                break;
        }

        return length + 2;
    }

    private void Person(ReadOnlySpan<char> id, ReadOnlySpan<char> label)
    {
        if (people(id.ToString()) is { } person)
        {
            Mention(person.Handle, person.PersonId);
        }
        else
        {
            Write("@");
            Plain(label.IsEmpty ? id : label.TrimStart('@'));
        }
    }

    private void Command(ReadOnlySpan<char> command, ReadOnlySpan<char> label)
    {
        if (command is "here" or "channel" or "everyone")
        {
            Mention(command.ToString(), ByteString.Empty);
        }
        else
        {
            Plain(label.IsEmpty ? command : label);
        }
    }

    private void Link(ReadOnlySpan<char> address, ReadOnlySpan<char> label)
    {
        if (label.IsEmpty || label.SequenceEqual(address) || IsMailTo(address, label))
        {
            Plain(label.IsEmpty ? address : label);
            return;
        }

        Write("[");
        Plain(label);
        Write("](");
        Plain(address);
        Write(")");
    }

    /// <summary>mailto:ana@example.com under the label ana@example.com needs no mark-up.</summary>
    private static bool IsMailTo(ReadOnlySpan<char> address, ReadOnlySpan<char> label)
        => address.StartsWith("mailto:", StringComparison.Ordinal) && address["mailto:".Length..].SequenceEqual(label);

    private void Mention(string handle, ByteString person)
    {
        var offset = (uint)written.WrittenCount;
        Write("@");
        Write(handle);
        mentions.Add(new Mention
        {
            PersonId = person,
            Offset = offset,
            Length = (uint)written.WrittenCount - offset,
        });
    }

    /// <summary>Text inside mark-up: entities only.</summary>
    private void Plain(ReadOnlySpan<char> text)
    {
        while (text.IndexOf('&') is var at and >= 0)
        {
            Write(text[..at]);
            text = text[at..];
            text = text[Entity(text)..];
        }

        Write(text);
    }

    private void Write(ReadOnlySpan<char> text) => Encoding.UTF8.GetBytes(text, written);

    private static readonly (string Name, string Character)[] Entities = [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")];
}
