using System.CommandLine;
using System.Globalization;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet people</c>.</summary>
internal static class PeopleCommand
{
    public static Command Build(Options options)
    {
        var part = new Argument<string?>("WORDS") { Description = options.Words["argument.name-part"], Arity = ArgumentArity.ZeroOrOne };
        return CommandShape.Of("people", options, [part], (parsed, session, ct) => ListAsync(session, parsed.GetValue(part) ?? "", ct));
    }

    private static async Task ListAsync(Session session, string part, CancellationToken ct)
    {
        await session.RefreshAsync(ct);
        var words = session.Words;
        bool Has(string text) => words.Culture.CompareInfo.IndexOf(text, part.Trim(), CompareOptions.IgnoreCase | CompareOptions.IgnoreNonSpace) >= 0;
        var people = session.Client.People().Where(person => Has(person.Name) || Has(person.Handle)).OrderBy(person => person.Name, StringComparer.Create(words.Culture, ignoreCase: true)).ToList();
        if (session.Json)
        {
            foreach (var person in people)
            {
                JsonLine.Write(session.Output, json =>
                {
                    json.WriteString("type", "person");
                    json.Id("person", person.PersonId);
                    json.WriteString("name", person.Name);
                    json.WriteString("handle", person.Handle);
                    json.WriteString("role", person.Role.ToString().ToLowerInvariant());
                    json.WriteString("state", person.State.ToString().ToLowerInvariant());
                });
            }

            return;
        }

        Tables.Write(
            session.Output,
            [words["heading.id"], words["heading.handle"], words["heading.name"], words["heading.role"], words["heading.state"]],
            people.Select(person => (IReadOnlyList<string>)
            [
                Names.Short(person.PersonId),
                "@" + Plain.Line(person.Handle),
                Plain.Line(person.Name),
                words.Kind("role", person.Role),
                words.Kind("state", person.State),
            ]));
    }
}
