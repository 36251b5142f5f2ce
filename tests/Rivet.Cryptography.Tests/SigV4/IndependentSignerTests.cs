using System.Text.Json;
using Rivet.Cryptography.SigV4;
using Rivet.Testing;

namespace Rivet.Cryptography.Tests.SigV4;

/// <summary>Against botocore, the signer of the AWS command line (Debian: python3-botocore): either believes what the other signed.</summary>
public sealed class IndependentSignerTests
{
    private const string Python = "/usr/bin/python3";

    private const string Program =
        """
        import json, sys
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
        answers = []
        for one in json.load(sys.stdin):
            request = AWSRequest(method=one['method'], url='https://' + one['host'] + one['target'], data=one['body'].encode(), headers={'Content-Type': 'application/json'})
            SigV4Auth(Credentials(one['key'], one['secret']), 'kms-xks-proxy', one['region']).add_auth(request)
            answers.append({'date': request.headers['X-Amz-Date'], 'authorization': request.headers['Authorization']})
        print(json.dumps(answers))
        """;

    private static readonly string[] Targets =
    [
        "/kms/xks/v1/health", "/a-b_C/kms/xks/v1/keys/k.1_2-3/encrypt", "/", "/twice%20encoded/%e4", "/a/./b/../c/", "/x?b=2&a=1&a=0", "/x?q=%2F%20~", "/x?novalue",
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Botocore_SignedTheSame_GivesTheSameSignature()
    {
        var installed = File.Exists(Python) && (await Programs.RunAsync(Python, ["-c", "import botocore"], null, Ct)).ExitCode == 0;
        Assert.SkipUnless(installed || Environment.GetEnvironmentVariable("CI") is "true" or "1", "python3-botocore is not on this machine");
        var cases = Targets.SelectMany(target => (string[])["", "{\"plaintext\":\"\u94c6\u9489\"}"], (target, body) => new
        {
            method = "POST", host = "keys.example.com:8445", target, body, key = "AKIDEXAMPLE", secret = "wJalr+XUtnFEMI/K7MDENG=", region = "rivet",
        }).ToList();

        // Python reads to the end of its input; the first line is all there is.
        var program = Program.Replace("json.load(sys.stdin)", "json.loads(sys.stdin.readline())", StringComparison.Ordinal);
        var run = await Programs.RunAsync(Python, ["-c", program], JsonSerializer.Serialize(cases) + "\n", Ct);
        Assert.True(run.ExitCode == 0, run.Error);
        var answers = JsonDocument.Parse(run.Output).RootElement.EnumerateArray().ToList();
        Assert.Equal(cases.Count, answers.Count);
        using var credential = new SigV4Credential("AKIDEXAMPLE", "wJalr+XUtnFEMI/K7MDENG=");
        var verifier = new SigV4Verifier("rivet", "kms-xks-proxy", _ => credential, TimeProvider.System);
        foreach (var (given, answer) in cases.Zip(answers))
        {
            var request = PublishedTests.Read($"POST {given.target}", "Content-Type:application/json", given.body) with
            {
                Headers = [KeyValuePair.Create("Host", given.host), KeyValuePair.Create("Content-Type", "application/json")],
            };
            var (date, authorization) = (answer.GetProperty("date").GetString()!, answer.GetProperty("authorization").GetString()!);
            var at = DateTimeOffset.ParseExact(date, Canonical.DateFormat, null, System.Globalization.DateTimeStyles.AssumeUniversal);
            Assert.Equal(authorization, SigV4Signer.Sign(request, credential, "rivet", "kms-xks-proxy", at).Authorization);
            var signed = request with { Headers = [.. request.Headers, KeyValuePair.Create("x-amz-date", date), KeyValuePair.Create("authorization", authorization)] };
            Assert.Equal("AKIDEXAMPLE", verifier.Verify(signed).Value);
        }
    }
}
