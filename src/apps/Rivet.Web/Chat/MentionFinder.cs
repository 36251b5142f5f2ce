using Rivet.Client;
using Rivet.Wire;

namespace Rivet.Web.Chat;

/// <summary>Somebody who can be mentioned: what is typed, and the name shown beside it; an empty handle is nobody.</summary>
public sealed record Mentionable(string Handle, string Name);

/// <summary>Finds whom a word that begins with @ may mean, while it is being written.</summary>
internal static class MentionFinder
{
    private const int MostShown = 6;
    private const int LongestWord = 40;

    /// <summary>The place of the @ whose word the caret stands in or behind; -1 when there is none.</summary>
    public static int WordAt(string text, int caret)
    {
        for (var at = caret - 1; at >= 0 && caret - at <= LongestWord; at--)
        {
            if (text[at] == '@')
            {
                return Composer.BeginsMention(text, at) ? at : -1;
            }

            if (!char.IsLetterOrDigit(text[at]) && text[at] is not ('_' or '-' or '.'))
            {
                return -1;
            }
        }

        return -1;
    }

    /// <summary>People whose handle or name begins with a word, or has a part that does; those with a handle only.</summary>
    public static IReadOnlyList<Mentionable> Find(IEnumerable<Person> people, string word, Mentionable everyone)
        => [.. people.Where(person => person.Handle.Length > 0)
            .Select(person => new Mentionable(person.Handle, person.Name))
            .Append(everyone)
            .Where(one => Begins(one.Handle, word) || Begins(one.Name, word) || one.Name.Split(' ').Any(part => Begins(part, word)))
            .OrderByDescending(one => Begins(one.Handle, word))
            .ThenBy(one => one.Name, StringComparer.CurrentCultureIgnoreCase)
            .Take(MostShown)];

    private static bool Begins(string text, string word) => text.StartsWith(word, StringComparison.CurrentCultureIgnoreCase);
}
