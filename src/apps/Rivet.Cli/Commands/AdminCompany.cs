using System.CommandLine;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet admin company</c>: shows the company's name and language, or changes what is given.</summary>
internal static class AdminCompany
{
    public static Command Build(Options options)
    {
        var name = new Option<string?>("--name") { Description = options.Words["option.company-new-name"] };
        var language = new Option<string?>("--company-language") { Description = options.Words["option.company-language"], HelpName = "en|zh-CN" };
        language.AcceptOnlyFromAmong("en", "zh-CN");
        return CommandShape.Of("company", options, [name, language], async (parsed, session, ct) =>
        {
            session.Client.Start();
            if (parsed.GetValue(name) is not null || parsed.GetValue(language) is not null)
            {
                session.Take(await session.Client.ChangeCompanyAsync(parsed.GetValue(name) ?? "", parsed.GetValue(language) ?? "", ct));
            }

            var company = session.Take(await session.Client.ReadCompanyAsync(ct));
            if (session.Json)
            {
                JsonLine.Write(session.Output, json =>
                {
                    json.WriteString("type", "company");
                    json.WriteString("name", company.Name);
                    json.WriteString("language", company.Language);
                });
                return;
            }

            Tables.Write(session.Output, ["", ""],
            [
                [session.Words["whoami.company"], Plain.Line(company.Name)],
                [session.Words["company.language"], Plain.Line(company.Language)],
            ]);
        });
    }
}
