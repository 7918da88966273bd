namespace AzdoWebhookBridge.Jq.Tests.Differential;

/// <summary>Expressions of published mappings, one a line: what people really write. Single quotes, which are Port's and not jq's, are double here.</summary>
internal static class MappingExpressions
{
    public static IReadOnlyList<string> All { get; } = Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private const string Text = """
        .body.eventType == "workitem.created"
        .body.resource.id | tostring
        .body.resource.fields."System.Title"
        .body.resource.revision.fields."System.CreatedBy"
        .body.eventType | startswith("ms.vss-pipelines")
        .body.resource.run.pipeline.id // .body.resource.pipeline.id | tostring
        .body.resource.run.pipeline.url // .body.resource.pipeline.name
        .body.resourceContainers.project.id
        .id | gsub(" "; "")
        "azureDevopsProject"
        true
        .url | gsub("_apis/projects/"; "")
        .__includedFiles["README.md"]
        .type.displayName=="Minimum number of reviewers"
        .isEnabled and .isBlocking
        .__project.id + "/" + (.id | tostring) | gsub(" "; "")
        .fields."Microsoft.VSTS.Scheduling.Effort" // -1
        .fields."System.Description" // ""
        .fields."System.WorkItemType"+"-"+.fields."System.BoardColumn"+"-"+.__project.id | gsub(" "; "")
        .__stateType + "/" +.name+ "/"+.__board.__project.id | gsub(" "; "")
        ._links.web.href | gsub("_release?releaseId="; "")
        "\(.repo.project.name | ascii_downcase | gsub("[ ();]"; ""))/\(.repo.name | ascii_downcase | gsub("[ ();]"; ""))"
        if .__firstCommit.__timestamp and .finishTime then ((((.finishTime | sub("\\.[0-9]+Z$"; "Z") | fromdateiso8601) - (.__firstCommit.__timestamp | sub("\\.[0-9]+Z$"; "Z") | fromdateiso8601)) / 3600) * 100 | floor) / 100 else null end
        .headers."x-github-event" == "pull_request"
        .item.modified | any(test("/frontend/src"))
        .body.version | tostring as $version | "deployment of version " + $version
        "and"
        "Success"
        .body.event.data.__oncall_user[] | select(.escalation_level == 1) | .user.email
        .body.event.data.__oncall_user | map(.escalation_level) | unique | length
        .body.event.data.assignments | map(.assignee.email)
        .body.event.dataif .priority != null then .priority.summary else null end
        .body.pullRequest.createdDate | (tonumber / 1000 | strftime("%Y-%m-%dT%H:%M:%SZ"))
        [.body.pullRequest.participants[].user.displayName]
        .body.new.links.self[0].href
        .body.newIssues | length > 0
        .body.url | sub("%20"; "-"; "g") | sub("/"; "-"; "g") | .[:-1]
        .body.type | split(".") | last
        .body.data.timestamp / 1000 | todate
        .body.hostname + "-" + .body.time | tostring
        (.body.object_attributes.id | tostring) + " - " + .body.object_attributes.title
        .item.labels.alertname + "-" + .item.fingerprint | gsub("[^a-zA-Z0-9@_.:/=-]"; "-") | tostring
        if .item.generatorURL != "" then .item.generatorURL else null end
        (.self | split("/") | .[:3] | join("/")) + "/browse/" + .key
        .fields.subtasks | map(.key)
        .body.state.alert_id + "-" + .body.type_string
        .body.asset_name | split("/") | .[1] // .[0]
        .body.ProblemTags | split(", ") | map(select(test("proj:")) | sub("proj:";""))
        .__measures[]? | select(.metric == "bugs") | .value
        [.skills[]? | select(.type == "custom") | .skill_id]
        [.repos[]?.url // empty] | map(select(. != null and . != "")) | map(if startswith("http") then . else "https://" + . end) | map(select(test("^https?://.+")))
        .__languages // {} | to_entries | max_by(.value) | .key
        .Properties.RegionalDomainName | capture(".*\\.(?<region>[^\\.]+)\\.amazonaws\\.com") | .region
        (.lastAnalysisDate // null) | if . then sub("(?<h>[+-]\\d{2})(?<m>\\d{2})$"; "\(.h):\(.m)") else null end
        .sys_created_on | (strptime("%Y-%m-%d %H:%M:%S") | strftime("%Y-%m-%dT%H:%M:%SZ"))
        .start_date | if . == null then null else (strptime("%Y-%m-%d") | todateiso8601) end
        (.slaDueDate? | tonumber / 1000 | tostring | strptime("%s") | strftime("%Y-%m-%dT%H:%M:%SZ"))
        if .lastChange then (.lastChange/1000) else (now | . * 0) end | strftime("%Y-%m-%dT%H:%M:%SZ")
        .id | split("/") | .[3] |= ascii_downcase |.[4] |= ascii_downcase | join("/")
        {"notbuilt": "created", "blue": "passing", "red": "failing"}[.color]
        . as $root | ._links.self.href | split("/") | last as $last | "\($last)-\($root.__environmentKey)"
        [(.project.slug as $slug | .__tags[] | "\($slug)-\(.name)")]
        ( .komodorUid | split("|") as $parts | (length == 4 and all($parts[]; length > 0)) )
        [.sources[] | . as $source | ["azure", "gcp", "gce", "aws"] | contains([$source])] | any(.)
        if (.alias | contains("_")) then (.alias | split("_")[0]) else null end
        if has("malicious") then .malicious else false end
        [.users[] | select(has("__email")) | .__email]
        .liveState | fromjson | .metadata.labels
        .monitor_tags + .tags | map(select(startswith("service:"))) | unique | map(split(":")[1])
        .__oncall_user | sort_by(.escalation_level) | .[0].user.email
        (.statistics.LIBRARY_TYPE_HISTOGRAM // {} | keys)
        (.Properties.Tags // [] | map(select(.Key == "Name")) | first | .Value) // .Properties.VolumeId
        ((.amount // "0") | tonumber) / 100
        .endTime | if . == -1 then null else (./1000 | todate) end
        .project.uuid | gsub("[{-}]"; "")
        .metadata.namespace | startswith("kube") or startswith("openshift") | not
        (.spec.containers | map({image, resources})) + .status.containerStatuses | group_by(.image) | map(add)
        .metadata.namespace as $namespace | [(.spec.alternateBackends[]?.name )] as $alt_backends | ($alt_backends + [.spec.to.name]) | map(. + "-" + $namespace + "-" + env.CLUSTER_NAME)
        .profile.displayName // .profile.firstName + " " + .profile.lastName // .profile.login
        [(.__incidents.milestones[] | map(select(.type == "started" or .type == "detected")) | sort_by(.occurred_at) | group_by(.type) | map(.[0].occurred_at) | select(length == 2) | ([.[1], .[0]] | map(sub("\\.\\d+Z$"; "Z") | fromdate)) | .[1] - .[0] // null)] | add / length / 3600 | floor
        .url | split("://")[1] | sub("^.*?/"; "") | gsub("%20"; "-") | gsub("%252F"; "-") | gsub("/"; "-") | .[:-1]
        if .calls then .calls[] else [] end
        """;
}
