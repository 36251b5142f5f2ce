using System.Text;
using Google.Protobuf;
using Rivet.Wire;

namespace Rivet.Client;

/// <summary>Makes what is sent of what a person typed.</summary>
public static class Composer
{
    /// <summary>The longest text, in bytes of UTF-8.</summary>
    public const int MaxTextBytes = 40_000;

    private const int MostMentions = 200;

    /// <summary>A post; <c>@handle</c> becomes a mention, a leading <c>/me </c> an emote.</summary>
    public static Content Post(string text, ulong thread, IReadOnlyList<Person> people, IEnumerable<Attachment> attachments)
    {
        ArgumentNullException.ThrowIfNull(text);
        var emote = text.StartsWith("/me ", StringComparison.Ordinal);
        var said = emote ? text[4..] : text;
        var post = new Post { Body = new Body { Text = said }, Thread = thread, Emote = emote };
        post.Mentions.AddRange(Mentions(said, people));
        post.Attachments.AddRange(attachments);
        return new Content { Post = post };
    }

    /// <summary>A new text for one's own post.</summary>
    public static Content Edit(ulong target, string text, IReadOnlyList<Person> people)
    {
        var edit = new Edit { Target = target, Body = new Body { Text = text } };
        edit.Mentions.AddRange(Mentions(text, people));
        return new Content { Edit = edit };
    }

    /// <summary>Takes back one's own post.</summary>
    public static Content Recall(ulong target) => new() { Recall = new Recall { Target = target } };

    /// <summary>Gives or takes away a reaction.</summary>
    public static Content React(ulong target, string emoji, bool removed)
        => new() { Reaction = new Reaction { Target = target, Emoji = emoji, Removed = removed } };

    /// <summary>
    /// Whether an <c>@</c> begins a mention: behind a Latin letter or a digit it is an address. Chinese is written on without a space.
    /// </summary>
    public static bool BeginsMention(string text, int at)
    {
        ArgumentNullException.ThrowIfNull(text);
        return at == 0 || !char.IsLetterOrDigit(text[at - 1]) || char.GetUnicodeCategory(text[at - 1]) is System.Globalization.UnicodeCategory.OtherLetter;
    }

    /// <summary>Every <c>@handle</c> of a known person, and <c>@all</c>, with its place in UTF-8 bytes.</summary>
    private static IEnumerable<Mention> Mentions(string text, IReadOnlyList<Person> people)
    {
        var handles = people.Where(person => person.Handle.Length > 0)
            .GroupBy(person => person.Handle, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => group.First().PersonId, StringComparer.OrdinalIgnoreCase);
        var found = 0;
        for (var at = text.IndexOf('@', StringComparison.Ordinal); at >= 0 && found < MostMentions; at = text.IndexOf('@', at + 1))
        {
            if (!BeginsMention(text, at))
            {
                continue;
            }

            var end = at + 1;
            while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '_' or '-' or '.'))
            {
                end++;
            }

            // "@ana." at the end of a sentence, and Chinese text that follows a handle without a space: the longest handle wins.
            for (var whole = end; end > at + 1; end--)
            {
                if (end < whole && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_'))
                {
                    continue; // "@anabel" is not @ana
                }

                var name = text[(at + 1)..end];
                if (handles.TryGetValue(name, out var person) || IsEveryone(name))
                {
                    found++;
                    yield return new Mention
                    {
                        PersonId = person ?? ByteString.Empty,
                        Offset = (uint)Encoding.UTF8.GetByteCount(text.AsSpan(0, at)),
                        Length = (uint)Encoding.UTF8.GetByteCount(text.AsSpan(at, end - at)),
                    };
                    break;
                }
            }
        }
    }

    private static bool IsEveryone(string name) => name.Equals("all", StringComparison.OrdinalIgnoreCase) || name == "所有人";
}
